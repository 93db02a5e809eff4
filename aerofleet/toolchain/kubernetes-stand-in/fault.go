package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"

	"google.golang.org/grpc/stats"
)

// Points of a mutating operation at which a test can have the process die.
const (
	beforeRequest = "before-request" // the server has not heard of it
	afterWrite    = "after-write"    // the server has written, the engine knows nothing
	beforeState   = "before-state"   // the engine has the answer, its state has not
)

// fault is a seeded crash. AEROFLEET_FAULT=<point>:<n> kills the process at that point of the n-th mutating operation
// of its life; with AEROFLEET_FAULT_KILL=engine the engine that started it dies first, as in a power cut.
// AEROFLEET_FAULT=no-op-write makes every write a dry run instead: the lie that the engine tests have to find out.
type fault struct {
	point      string
	nth        int64
	killEngine bool
	noWrite    bool
	count      atomic.Int64
}

func faultFromEnvironment(getenv func(string) string) (*fault, error) {
	wish := getenv("AEROFLEET_FAULT")
	f := &fault{killEngine: getenv("AEROFLEET_FAULT_KILL") == "engine"}
	switch wish {
	case "":
		return f, nil
	case "no-op-write":
		f.noWrite = true
		return f, nil
	}
	point, nth, _ := strings.Cut(wish, ":")
	number, err := strconv.ParseInt(nth, 10, 64)
	if err != nil || number < 1 || (point != beforeRequest && point != afterWrite && point != beforeState) {
		return nil, fmt.Errorf("AEROFLEET_FAULT=%q: want no-op-write, or %s, %s or %s with :N, N from 1",
			wish, beforeRequest, afterWrite, beforeState)
	}
	f.point, f.nth = point, number
	return f, nil
}

type operationKey struct{}

// begin counts a mutating operation and notes its number in the call it belongs to.
func (f *fault) begin(ctx context.Context) int64 {
	number := f.count.Add(1)
	if noted, ok := ctx.Value(operationKey{}).(*atomic.Int64); ok {
		noted.Store(number)
	}
	return number
}

// at dies where the seed says so.
func (f *fault) at(point string, operation int64) {
	if f.point != point || f.nth != operation {
		return
	}
	if f.killEngine {
		killEngine()
	}
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
}

// killEngine ends the parent, if that is Pulumi's engine and not, say, a test that speaks to the plugin directly.
func killEngine() {
	parent := os.Getppid()
	name, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", parent))
	if strings.TrimSpace(string(name)) == "pulumi" {
		_ = syscall.Kill(parent, syscall.SIGKILL)
	}
}

// replyWatcher sees a call's answer leave, which no handler does.
type replyWatcher struct{ fault *fault }

func (w *replyWatcher) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context {
	return context.WithValue(ctx, operationKey{}, &atomic.Int64{})
}

func (w *replyWatcher) HandleRPC(ctx context.Context, event stats.RPCStats) {
	if _, sent := event.(*stats.OutTrailer); !sent {
		return
	}
	if number, ok := ctx.Value(operationKey{}).(*atomic.Int64); ok {
		w.fault.at(beforeState, number.Load())
	}
}

func (w *replyWatcher) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }
func (w *replyWatcher) HandleConn(context.Context, stats.ConnStats)                       {}
