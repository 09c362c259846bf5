package secret

import "io"

// Writer masks secrets in what goes through it. It is the second line of defence: nothing should get that far.
type Writer struct {
	*Known
	to io.Writer
}

// NewWriter writes to w with every given secret masked, as [Known] does. A secret split over two calls of Write is not
// seen; log handlers write a line at a time.
func NewWriter(w io.Writer, secrets ...Text) *Writer { return NewKnown(secrets...).Writer(w) }

// Writer writes to w what it has masked by what is known at the time.
func (k *Known) Writer(w io.Writer) *Writer { return &Writer{Known: k, to: w} }

// Write reports the length of p where all of it was written, masked or not.
func (w *Writer) Write(p []byte) (int, error) {
	if _, err := io.WriteString(w.to, w.Masked(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}
