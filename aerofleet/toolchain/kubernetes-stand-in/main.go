// The stand-in for pulumi-resource-kubernetes, for machines where the official plugin can't be had.
//
// It serves Pulumi's ResourceProvider protocol for plain Kubernetes objects, against Aerofleet's embedded control
// plane and nothing else. Helm, Kustomize, YAML components and waiting for rollouts stay with the official plugin.
package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"os"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/connectivity"
	"google.golang.org/grpc/credentials/insecure"
)

// version answers for the official release whose behaviour is stood in for: the SDK asks for at least its own. The
// build metadata tells the two apart and is ignored where versions are compared.
const version = "4.34.2+stand-in"

const whatItIs = "stand-in for pulumi-resource-kubernetes: it serves only Aerofleet's embedded control plane " +
	"and waits for no rollout"

// maxMessageBytes is the limit the engine uses itself; the default of 4 MB is less than two large CRDs.
const maxMessageBytes = 400 << 20

func main() {
	showVersion := flag.Bool("version", false, "print the version and exit")
	// The engine passes these to every plugin when its own logging or tracing is on.
	flag.Bool("logtostderr", false, "ignored")
	flag.Int("v", 0, "ignored")
	flag.String("tracing", "", "ignored")
	flag.Parse()
	if *showVersion {
		fmt.Println(version)
		return
	}
	if err := serve(flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, "pulumi-resource-kubernetes (stand-in):", err)
		os.Exit(1)
	}
}

// serve answers the engine until the process is told to end. The address of a free loopback port goes to standard
// output, as the engine expects of a plugin.
func serve(engineAddress string) error {
	fault, err := faultFromEnvironment(os.Getenv)
	if err != nil {
		return err
	}
	host := &engineHost{}
	if engineAddress != "" {
		if err := host.connect(engineAddress); err != nil {
			return err
		}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := grpc.NewServer(
		grpc.MaxRecvMsgSize(maxMessageBytes),
		grpc.MaxSendMsgSize(maxMessageBytes),
		grpc.StatsHandler(&replyWatcher{fault}),
	)
	pulumirpc.RegisterResourceProviderServer(server, newProvider(host, fault))
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	host.log(pulumirpc.LogSeverity_WARNING, "", whatItIs)
	return server.Serve(listener)
}

// engineHost is the engine that started the plugin, as far as the plugin talks to it.
type engineHost struct {
	client pulumirpc.EngineClient
}

// connect dials the engine and ends this process when the engine is gone: an orphan that finished a write later
// would change the server behind the back of whoever recovers the stack.
func (h *engineHost) connect(address string) error {
	connection, err := grpc.NewClient(address,
		grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithIdleTimeout(0))
	if err != nil {
		return fmt.Errorf("the engine's address %q: %w", address, err)
	}
	h.client = pulumirpc.NewEngineClient(connection)
	connection.Connect()
	go func() {
		wasReady := false
		for state := connection.GetState(); ; state = connection.GetState() {
			wasReady = wasReady || state == connectivity.Ready
			if wasReady && state != connectivity.Ready {
				os.Exit(0)
			}
			connection.WaitForStateChange(context.Background(), state)
		}
	}()
	return nil
}

// log shows a line to the person at the engine, beside the resource where urn is not empty. Without an engine
// (a test that speaks to the plugin directly) it goes to standard error.
func (h *engineHost) log(severity pulumirpc.LogSeverity, urn, message string) {
	if h.client != nil {
		request := &pulumirpc.LogRequest{Severity: severity, Message: message, Urn: urn}
		if _, err := h.client.Log(context.Background(), request); err == nil {
			return
		}
	}
	fmt.Fprintln(os.Stderr, message)
}
