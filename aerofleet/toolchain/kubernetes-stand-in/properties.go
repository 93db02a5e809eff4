package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"
)

// Property values cross the wire as protobuf structs with marks inside; the marks are part of Pulumi's protocol.
const (
	markKey    = "4dabf18193072939515e22adb298388d"
	secretMark = "1b47061264138c4ac30d75fd1eb44270"
	assetMark  = "c44067f5952c0a294b673a41bacd8c17"
)

// unknownMark stands for a value that a preview can't know yet; each type of value has a mark of its own.
const unknownMark = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

var unknownMarks = map[string]bool{
	unknownMark:                            true,
	"1c4a061d-8072-4f0a-a4cb-0ff528b18fe7": true, // bool
	"3eeb2bf0-c639-47a8-9e75-3b44932eb421": true, // number
	"6a19a0b0-7e62-4c92-b797-7f8e31da9cc2": true, // array
	"dd056dcd-154b-4c76-9bd3-c8f88648b5ff": true, // object
}

// object is a Kubernetes object, or any map inside one, as encoding/json decodes it.
type object = map[string]any

// secret marks a value that the engine encrypts in the state and hides in its output.
type secret struct{ value any }

// unknown is a value that only exists once something else has been made.
type unknown struct{}

// dashedKeys are fields of a CustomResourceDefinition whose names are no identifiers in the SDKs' languages: the SDKs
// and the state use the second form, the API server the first.
var dashedKeys = map[string]string{
	"x-kubernetes-embedded-resource":       "x_kubernetes_embedded_resource",
	"x-kubernetes-int-or-string":           "x_kubernetes_int_or_string",
	"x-kubernetes-list-map-keys":           "x_kubernetes_list_map_keys",
	"x-kubernetes-list-type":               "x_kubernetes_list_type",
	"x-kubernetes-map-type":                "x_kubernetes_map_type",
	"x-kubernetes-preserve-unknown-fields": "x_kubernetes_preserve_unknown_fields",
	"x-kubernetes-validations":             "x_kubernetes_validations",
}

// serverKey and stateKey give the two names of a field.
func serverKey(key string) string {
	if strings.HasPrefix(key, "x_kubernetes_") {
		if dashed := strings.ReplaceAll(key, "_", "-"); dashedKeys[dashed] == key {
			return dashed
		}
	}
	return key
}

func stateKey(key string) string {
	if underscored, ok := dashedKeys[key]; ok {
		return underscored
	}
	return key
}

// readProperties turns what the engine sent into an object with secret and unknown values in it. Nulls in maps are
// left out, as in the official plugin: to Kubernetes they mean the same as absence.
func readProperties(properties *structpb.Struct) (object, error) {
	if properties == nil {
		return object{}, nil
	}
	return readMap(properties.GetFields())
}

func readMap(fields map[string]*structpb.Value) (object, error) {
	result := make(object, len(fields))
	for key, value := range fields {
		read, err := readValue(value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		if read != nil {
			result[serverKey(key)] = read
		}
	}
	return result, nil
}

func readValue(value *structpb.Value) (any, error) {
	switch kind := value.GetKind().(type) {
	case *structpb.Value_StringValue:
		if unknownMarks[kind.StringValue] {
			return unknown{}, nil
		}
		return kind.StringValue, nil
	case *structpb.Value_NumberValue:
		return kind.NumberValue, nil
	case *structpb.Value_BoolValue:
		return kind.BoolValue, nil
	case *structpb.Value_ListValue:
		list := make([]any, len(kind.ListValue.GetValues()))
		for i, element := range kind.ListValue.GetValues() {
			read, err := readValue(element)
			if err != nil {
				return nil, fmt.Errorf("[%d]: %w", i, err)
			}
			list[i] = read
		}
		return list, nil
	case *structpb.Value_StructValue:
		fields := kind.StructValue.GetFields()
		switch mark := fields[markKey].GetStringValue(); mark {
		case "":
			return readMap(fields)
		case secretMark:
			inner, err := readValue(fields["value"])
			return secret{inner}, err
		case assetMark:
			return nil, fmt.Errorf("an asset can't stand in a Kubernetes object")
		default:
			return nil, fmt.Errorf("a Pulumi value of kind %s can't stand in a Kubernetes object", mark)
		}
	}
	return nil, nil
}

// writeProperties is the way back; what it is given may hold secret and unknown values.
func writeProperties(properties object) (*structpb.Struct, error) {
	result := &structpb.Struct{Fields: make(map[string]*structpb.Value, len(properties))}
	for key, value := range properties {
		written, err := writeValue(value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		result.Fields[stateKey(key)] = written
	}
	return result, nil
}

func writeValue(value any) (*structpb.Value, error) {
	switch value := value.(type) {
	case secret:
		inner, err := writeValue(value.value)
		if err != nil {
			return nil, err
		}
		return structpb.NewStructValue(&structpb.Struct{Fields: map[string]*structpb.Value{
			markKey: structpb.NewStringValue(secretMark), "value": inner,
		}}), nil
	case unknown:
		return structpb.NewStringValue(unknownMark), nil
	case object:
		written, err := writeProperties(value)
		return structpb.NewStructValue(written), err
	case []any:
		list := &structpb.ListValue{Values: make([]*structpb.Value, len(value))}
		for i, element := range value {
			written, err := writeValue(element)
			if err != nil {
				return nil, fmt.Errorf("[%d]: %w", i, err)
			}
			list.Values[i] = written
		}
		return structpb.NewListValue(list), nil
	}
	return structpb.NewValue(value)
}

// plain takes the secret marks off; the result shares nothing with value.
func plain(value any) any {
	switch value := value.(type) {
	case secret:
		return plain(value.value)
	case object:
		result := make(object, len(value))
		for key, inner := range value {
			result[key] = plain(inner)
		}
		return result
	case []any:
		result := make([]any, len(value))
		for i, inner := range value {
			result[i] = plain(inner)
		}
		return result
	}
	return value
}

func plainObject(value object) object { return plain(value).(object) }

// contains tells whether any value inside value, itself included, is of type T.
func contains[T any](value any) bool {
	if _, ok := value.(T); ok {
		return true
	}
	switch value := value.(type) {
	case secret:
		return contains[T](value.value)
	case object:
		for _, inner := range value {
			if contains[T](inner) {
				return true
			}
		}
	case []any:
		for _, inner := range value {
			if contains[T](inner) {
				return true
			}
		}
	}
	return false
}

// markSecrets returns out with the marks that in has at the same places. A list with one secret in it becomes secret
// as a whole, because the server may reorder it. What a Secret holds is always secret.
func markSecrets(out, in object) object {
	marked := make(object, len(out))
	for key, value := range out {
		inner, isMap := value.(object)
		given, givenMap := in[key].(object)
		_, already := value.(secret)
		switch {
		case isMap && givenMap:
			marked[key] = markSecrets(inner, given)
		case !already && contains[secret](in[key]):
			marked[key] = secret{value}
		default:
			marked[key] = value
		}
	}
	if out["kind"] == "Secret" {
		for _, key := range []string{"data", "stringData"} {
			if value, ok := marked[key]; ok {
				marked[key] = secret{plain(value)}
			}
		}
	}
	return marked
}

// hasSecretInList tells whether a secret stands somewhere inside a list. The server names the elements of some lists
// by their values in managedFields, which would give such a secret away.
func hasSecretInList(value any) bool {
	switch value := value.(type) {
	case secret:
		return hasSecretInList(value.value)
	case []any:
		return contains[secret](value)
	case object:
		for _, inner := range value {
			if hasSecretInList(inner) {
				return true
			}
		}
	}
	return false
}

// secretTexts lists the texts inside the secret values of an object, to be kept out of messages: an API server repeats
// a value that it finds wrong.
func secretTexts(inputs object) []string {
	var texts []string
	collectSecretTexts(markSecrets(inputs, inputs), false, &texts)
	// The longest first: a secret that begins another must not leave the other's end standing.
	slices.SortFunc(texts, func(a, b string) int { return len(b) - len(a) })
	return texts
}

func collectSecretTexts(value any, isSecret bool, texts *[]string) {
	switch value := value.(type) {
	case secret:
		collectSecretTexts(value.value, true, texts)
	case object:
		for _, inner := range value {
			collectSecretTexts(inner, isSecret, texts)
		}
	case []any:
		for _, inner := range value {
			collectSecretTexts(inner, isSecret, texts)
		}
	case string:
		if isSecret && value != "" {
			*texts = append(*texts, value)
		}
	case float64:
		if isSecret {
			*texts = append(*texts, strconv.FormatFloat(value, 'f', -1, 64))
		}
	}
}

func redact(message string, texts []string) string {
	for _, text := range texts {
		message = strings.ReplaceAll(message, text, "[secret]")
	}
	return message
}
