package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// embeddedName is the kubeconfig context of the embedded control plane, and the name of the ConfigMap inside it
// that says what it is.
const embeddedName = "aerofleet-embedded"

// connection is what a kubeconfig says about one context. folder is where it was read from, empty for a kubeconfig
// given by its contents; files it names are relative to that folder.
type connection struct {
	context, namespace string
	server             *url.URL
	tls                *tls.Config
	token              string
	folder             string
}

type kubeconfig struct {
	CurrentContext string `yaml:"current-context"`
	Contexts       []struct {
		Name    string
		Context struct{ Cluster, User, Namespace string }
	}
	Clusters []struct {
		Name    string
		Cluster struct {
			Server        string
			TLSServerName string `yaml:"tls-server-name"`
			CA            string `yaml:"certificate-authority"`
			CAData        string `yaml:"certificate-authority-data"`
		}
	}
	Users []struct {
		Name string
		User struct {
			Token     string
			TokenFile string `yaml:"tokenFile"`
			Cert      string `yaml:"client-certificate"`
			CertData  string `yaml:"client-certificate-data"`
			Key       string `yaml:"client-key"`
			KeyData   string `yaml:"client-key-data"`
		}
	}
}

// readKubeconfig reads a context of a kubeconfig given as a path or by its contents; empty stands for $KUBECONFIG, then
// ~/.kube/config. An empty contextName stands for the current context.
func readKubeconfig(pathOrContents, contextName string) (*connection, error) {
	contents, folder, err := kubeconfigContents(pathOrContents)
	if err != nil {
		return nil, err
	}
	var config kubeconfig
	if err := yaml.Unmarshal(contents, &config); err != nil {
		// The parser repeats the line it trips over, which may hold a credential.
		return nil, errors.New("the kubeconfig is no valid YAML")
	}
	if contextName == "" {
		contextName = config.CurrentContext
	}
	for _, entry := range config.Contexts {
		if entry.Name != contextName {
			continue
		}
		c := &connection{context: contextName, namespace: entry.Context.Namespace, folder: folder}
		if err := c.useCluster(config, entry.Context.Cluster); err != nil {
			return nil, err
		}
		return c, c.useUser(config, entry.Context.User)
	}
	return nil, fmt.Errorf("the kubeconfig has no context %q", contextName)
}

func kubeconfigContents(pathOrContents string) (contents []byte, folder string, err error) {
	if pathOrContents == "" {
		pathOrContents = os.Getenv("KUBECONFIG")
	}
	if pathOrContents == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return nil, "", err
		}
		pathOrContents = filepath.Join(home, ".kube", "config")
	}
	if strings.Contains(pathOrContents, "\n") || strings.HasPrefix(strings.TrimSpace(pathOrContents), "{") {
		return []byte(pathOrContents), "", nil
	}
	if strings.Contains(pathOrContents, string(os.PathListSeparator)) {
		return nil, "", fmt.Errorf("KUBECONFIG lists several files (%s); the stand-in reads one", pathOrContents)
	}
	if rest, found := strings.CutPrefix(pathOrContents, "~/"); found {
		if home, err := os.UserHomeDir(); err == nil {
			pathOrContents = filepath.Join(home, rest)
		}
	}
	contents, err = os.ReadFile(pathOrContents)
	if err != nil {
		return nil, "", fmt.Errorf("the kubeconfig can't be read: %w", err)
	}
	return contents, filepath.Dir(pathOrContents), nil
}

func (c *connection) useCluster(config kubeconfig, name string) error {
	for _, entry := range config.Clusters {
		if entry.Name != name {
			continue
		}
		server, err := url.Parse(entry.Cluster.Server)
		if err != nil || server.Scheme != "https" || server.Host == "" {
			return fmt.Errorf("the kubeconfig's server %q is no https address", entry.Cluster.Server)
		}
		authority, err := c.material(entry.Cluster.CAData, entry.Cluster.CA)
		if err != nil {
			return err
		}
		c.server = server
		c.tls = &tls.Config{MinVersion: tls.VersionTLS12, ServerName: entry.Cluster.TLSServerName}
		if authority != nil {
			c.tls.RootCAs = x509.NewCertPool()
			if !c.tls.RootCAs.AppendCertsFromPEM(authority) {
				return errors.New("the kubeconfig's certificate authority is no PEM certificate")
			}
		}
		return nil
	}
	return fmt.Errorf("the kubeconfig has no cluster %q", name)
}

func (c *connection) useUser(config kubeconfig, name string) error {
	for _, entry := range config.Users {
		if entry.Name != name {
			continue
		}
		user := entry.User
		c.token = user.Token
		if user.TokenFile != "" {
			token, err := c.material("", user.TokenFile)
			if err != nil {
				return err
			}
			c.token = strings.TrimSpace(string(token))
		}
		certificate, err := c.material(user.CertData, user.Cert)
		if err != nil || certificate == nil {
			return err
		}
		key, err := c.material(user.KeyData, user.Key)
		if err != nil {
			return err
		}
		pair, err := tls.X509KeyPair(certificate, key)
		if err != nil {
			return errors.New("the kubeconfig's client certificate and key do not belong together")
		}
		c.tls.Certificates = []tls.Certificate{pair}
		return nil
	}
	return fmt.Errorf("the kubeconfig has no user %q", name)
}

// material returns what a kubeconfig gives either inline in base64 or as a file; nil where it gives neither.
func (c *connection) material(data, file string) ([]byte, error) {
	if data != "" {
		decoded, err := base64.StdEncoding.DecodeString(data)
		if err != nil {
			return nil, errors.New("the kubeconfig holds data that is no base64")
		}
		return decoded, nil
	}
	if file == "" {
		return nil, nil
	}
	if !filepath.IsAbs(file) {
		file = filepath.Join(c.folder, file)
	}
	contents, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("the kubeconfig names a file that can't be read: %w", err)
	}
	return contents, nil
}

// client keeps its connections: a stack is thousands of small requests to one server.
func (c *connection) client() *http.Client {
	return &http.Client{Transport: &http.Transport{
		TLSClientConfig:     c.tls,
		ForceAttemptHTTP2:   true,
		MaxIdleConnsPerHost: 64,
		DialContext:         (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
	}}
}

// foreign says why this is not the embedded control plane, as far as the kubeconfig tells; empty where it may be.
func (c *connection) foreign() string {
	if c.context != embeddedName {
		return fmt.Sprintf("context %q is not %q", c.context, embeddedName)
	}
	host := c.server.Hostname()
	if address := net.ParseIP(host); host != "localhost" && (address == nil || !address.IsLoopback()) {
		return fmt.Sprintf("%s is not on this machine's loopback", c.server.Host)
	}
	return ""
}

// checkEmbedded asks the server whether it is the embedded control plane and refuses any other.
func checkEmbedded(ctx context.Context, c *connection, server *api) error {
	refuse := func(why string) error {
		return fmt.Errorf("this stand-in serves nothing but Aerofleet's embedded control plane, and %s. For any other "+
			"cluster install the official plugin: pulumi plugin install resource kubernetes", why)
	}
	if why := c.foreign(); why != "" {
		return refuse(why)
	}
	mark, err := server.get(ctx, objectRef{kindRef{"", "v1", "ConfigMap"}, "kube-system", embeddedName})
	if isNotFound(err) {
		return refuse(fmt.Sprintf("%s has no ConfigMap kube-system/%s", c.server.Host, embeddedName))
	}
	if err != nil {
		return err
	}
	if c.folder == "" {
		return nil
	}
	id, err := os.ReadFile(filepath.Join(c.folder, "embedded-id"))
	if err != nil {
		return refuse("there is no readable file embedded-id beside the kubeconfig")
	}
	if strings.TrimSpace(string(id)) != text(mark, "data", "id") {
		return refuse(fmt.Sprintf("%s is another one than the kubeconfig was made for", c.server.Host))
	}
	return nil
}
