package telegram

import (
	"net/http"
	"os"
	"testing"

	"greenwatch/dial"
	"greenwatch/dial/dialtest"
)

func TestMain(m *testing.M) {
	dialtest.Install()
	os.Exit(m.Run())
}

func directTransport(t *testing.T, c *Client) *http.Transport {
	t.Helper()
	switch way := c.http.Transport.(type) {
	case *proxies:
		return way.ways[0].transport.Transport
	case *dial.Transport:
		return way.Transport
	}
	t.Fatal("no transport")
	return nil
}
