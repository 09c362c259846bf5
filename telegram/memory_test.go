package telegram

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"

	"greenwatch/secret"
)

// A small answer that becomes 256 MiB when it is unpacked is not unpacked, and one that is too large is not read to its
// end. It runs alone, as it measures the process.
func TestHugeAnswersCostNoMemory(t *testing.T) {
	var packed bytes.Buffer
	zip, err := gzip.NewWriterLevel(&packed, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	block := bytes.Repeat([]byte("x"), 1<<20)
	_, _ = zip.Write([]byte(`{"ok":true,"result":"`))
	for range 256 {
		_, _ = zip.Write(block)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	for name, encoding := range map[string]string{"packed": "gzip", "plain": ""} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			if encoding != "" {
				w.Header().Set("Content-Encoding", encoding)
				_, _ = w.Write(packed.Bytes())
				return
			}
			_, _ = w.Write([]byte(`{"ok":true,"result":"`))
			for range 256 {
				if _, err := w.Write(block); err != nil {
					return
				}
			}
		}))
		c, err := New(Options{Token: secret.New(testToken), APIURL: server.URL})
		if err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := c.Me(t.Context()); err == nil || ClassOf(err) != Retry {
			t.Errorf("%s: %v", name, err)
		}
		runtime.ReadMemStats(&after)
		t.Logf("%s: %d MiB", name, (after.TotalAlloc-before.TotalAlloc)>>20)
		if took := (after.TotalAlloc - before.TotalAlloc) >> 20; took > 64 {
			t.Errorf("%s: %d MiB were used", name, took)
		}
		directTransport(t, c).CloseIdleConnections()
		server.Close()
	}
}
