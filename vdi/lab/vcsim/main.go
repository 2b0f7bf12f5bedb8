// Command vcsim runs one simulated vCenter for the laboratory: govmomi's simulator, filled from a JSON description,
// stricter than the simulator alone, with faults and outages that are controlled over HTTP.
//
// Usage: vcsim -model FILE -listen ADDRESS:PORT -control ADDRESS:PORT [-cert FILE -key FILE]
//
// When it is ready it prints one line, "ready", and goes on until its standard input is closed or it is told to stop:
// a laboratory whose owner has died leaves no vCenter behind.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	model := flag.String("model", "", "JSON description of the vCenter")
	listen := flag.String("listen", "127.0.0.1:0", "address of the vSphere API")
	control := flag.String("control", "127.0.0.1:0", "address of the control interface")
	cert := flag.String("cert", "", "PEM certificate of the API; empty: plain HTTP")
	key := flag.String("key", "", "PEM key of the certificate")
	detach := flag.Bool("detach", false, "do not stop when standard input is closed")
	flag.Parse()
	if err := run(*model, *listen, *control, *cert, *key, *detach); err != nil {
		fmt.Fprintln(os.Stderr, "vcsim:", err)
		os.Exit(1)
	}
}

func run(modelFile, listen, control, cert, key string, detach bool) error {
	text, err := os.ReadFile(modelFile)
	if err != nil {
		return err
	}
	var description Description
	decoder := json.NewDecoder(bytesReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&description); err != nil {
		return fmt.Errorf("%s: %w", modelFile, err)
	}
	// The simulator's own notes go to standard error only when asked for.
	if os.Getenv("VCSIM_LOG") == "" {
		log.SetOutput(io.Discard)
	}
	center, err := Build(description)
	if err != nil {
		return err
	}
	defer center.Close()

	api := &http.Server{Addr: listen, Handler: center.Gate(), ReadHeaderTimeout: 10 * time.Second}
	steer := &http.Server{Addr: control, Handler: center.Control(), ReadHeaderTimeout: 10 * time.Second}
	failed := make(chan error, 2)
	apiListener, err := listenOn(listen)
	if err != nil {
		return err
	}
	steerListener, err := listenOn(control)
	if err != nil {
		return err
	}
	go func() {
		if cert != "" {
			failed <- api.ServeTLS(apiListener, cert, key)
		} else {
			failed <- api.Serve(apiListener)
		}
	}()
	go func() { failed <- steer.Serve(steerListener) }()
	fmt.Printf("ready %s %s\n", apiListener.Addr(), steerListener.Addr())

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	if !detach {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			stop <- syscall.SIGTERM
		}()
	}
	select {
	case <-stop:
	case err := <-failed:
		if !errors.Is(err, http.ErrServerClosed) {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = api.Shutdown(ctx)
	_ = steer.Shutdown(ctx)
	return nil
}
