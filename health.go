package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/urfave/cli/v3"
)

func healthCommand() *cli.Command {
	return &cli.Command{
		Name: "health", Usage: "ask the greenwatch that runs here whether it lives",
		Description: "Asks /healthz at HTTP_ADDR, whatever the other settings are. Exit code 0: it lives; 1: it does not,\n" +
			"or HTTP_ADDR is wrong; 2: HTTP_ADDR is off, and nobody can be asked.",
		Action: alone(health),
	}
}

// settingsName is the credential in which systemd hands the settings over (LoadCredential= of the unit).
const settingsName = "greenwatch.env"

// settingsFile is where the settings are that the environment does not have: what systemd hands over
// (https://systemd.io/CREDENTIALS/), else .env in this folder.
func settingsFile() string {
	if folder := os.Getenv("CREDENTIALS_DIRECTORY"); folder != "" {
		return filepath.Join(folder, settingsName)
	}
	return ".env"
}

const healthTime = 3 * time.Second

const maxPage = 16 << 20 // bytes; the metrics of very many instances are a few megabytes

// health says whether the greenwatch of the same settings lives.
func health(ctx context.Context, out io.Writer) error {
	cfg, err := loadPart(os.Environ(), settingsFile(), "HTTP_ADDR")
	switch {
	case err != nil:
		return err
	case cfg.HTTPAddr == "":
		return cli.Exit("HTTP_ADDR is off: greenwatch may run, but it cannot be asked", 2)
	}
	if err := askHealth(ctx, cfg.HTTPAddr); err != nil {
		return fmt.Errorf("greenwatch at %s is not well: %w", cfg.HTTPAddr, err)
	}
	_, err = fmt.Fprintf(out, "greenwatch at %s is alive%s\n", cfg.HTTPAddr, chatTrouble(ctx, cfg.HTTPAddr))
	return err
}

// chatTrouble is what /readyz says of chats that cannot be told; nothing if all can, or if it does not answer. A
// restart mends none of that, so greenwatch is well.
func chatTrouble(ctx context.Context, addr string) string {
	var page map[string]string
	text, _, err := askPage(ctx, addr, "/readyz")
	if err != nil || json.Unmarshal([]byte(text), &page) != nil || page["chats"] == "" || page["chats"] == "ok" {
		return ""
	}
	return ", but: " + page["chats"]
}

// askHealth returns nil if /healthz is 200.
func askHealth(ctx context.Context, addr string) error {
	_, err := askRunning(ctx, addr, "/healthz")
	return err
}

// askRunning gets a page of the greenwatch at addr.
func askRunning(ctx context.Context, addr, path string) (string, error) {
	page, status, err := askPage(ctx, addr, path)
	if err == nil && status != http.StatusOK {
		return "", fmt.Errorf("%s answers %d %s", path, status, http.StatusText(status))
	}
	return page, err
}

// askPage gets a page whatever its status. An address of all interfaces is asked on this machine.
func askPage(ctx context.Context, addr, path string) (page string, status int, err error) {
	ctx, cancel := context.WithTimeout(ctx, healthTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://greenwatch"+path, http.NoBody)
	if err != nil {
		return "", 0, err
	}
	var dialer net.Dialer
	transport := &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, addr)
		},
	}
	answer, err := transport.RoundTrip(request)
	if err != nil {
		return "", 0, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxPage))
	return string(text), answer.StatusCode, err
}
