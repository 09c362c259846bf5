package secret

import (
	"bytes"
	"io"
	"net/url"
	"sync"
)

// shortest is the length from which a value is worth masking: shorter ones would mask ordinary words.
const shortest = 6

// Writer masks secrets in what goes through it. It is the second line of defence: nothing should get that far.
type Writer struct {
	to io.Writer

	mu     sync.RWMutex
	known  map[string]bool
	values [][]byte
}

// NewWriter writes to w with every given secret masked, also in its URL-encoded form. A secret split over two calls of
// Write is not seen; log handlers write a line at a time.
func NewWriter(w io.Writer, secrets ...Text) *Writer {
	masked := &Writer{to: w, known: make(map[string]bool)}
	masked.Hide(secrets...)
	return masked
}

// Hide masks further secrets from now on.
func (w *Writer) Hide(secrets ...Text) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range secrets {
		plain := s.Reveal()
		if len(plain) < shortest {
			continue
		}
		for _, form := range []string{plain, url.QueryEscape(plain), url.PathEscape(plain)} {
			if !w.known[form] {
				w.known[form] = true
				w.values = append(w.values, []byte(form))
			}
		}
	}
}

// Write reports the length of p where all of it was written, masked or not.
func (w *Writer) Write(p []byte) (int, error) {
	clean := p
	w.mu.RLock()
	for _, v := range w.values {
		if bytes.Contains(clean, v) {
			clean = bytes.ReplaceAll(clean, v, []byte(Mask))
		}
	}
	w.mu.RUnlock()
	if _, err := w.to.Write(clean); err != nil {
		return 0, err
	}
	return len(p), nil
}
