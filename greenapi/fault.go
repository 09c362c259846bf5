package greenapi

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"time"
)

// fault says for people why a call brought no answer, or none that is whole. It writes words of its own: an error's
// text may quote the URL, and with it the token.
func (a answer) fault() string {
	var (
		timeout interface{ Timeout() bool }
		name    *net.DNSError
		cert    *tls.CertificateVerificationError
		alert   tls.AlertError
		record  tls.RecordHeaderError
		large   tooLarge
		odd     garbled
	)
	switch err := a.err; {
	case errors.Is(err, context.Canceled):
		return "cancelled"
	case errors.As(err, &timeout) && timeout.Timeout():
		return fmt.Sprintf("timed out after %s", a.took.Round(100*time.Millisecond))
	case errors.As(err, &large):
		return fmt.Sprintf("answer over %d KiB", int(large)>>10)
	case errors.As(err, &odd):
		return string(odd)
	case a.unasked():
		return exhausted
	case errors.As(err, &name):
		return "host name not resolved"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		return "host unreachable"
	case errors.As(err, &cert):
		return "TLS certificate not trusted"
	case errors.As(err, &alert), errors.As(err, &record):
		return "TLS failed"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
		return "connection lost"
	default:
		return "connection failed"
	}
}

// neverSent reports whether the call failed before anything could be sent: no connection was made.
func (a answer) neverSent() bool {
	var (
		op   *net.OpError
		cert *tls.CertificateVerificationError
	)
	return errors.As(a.err, &op) && op.Op == "dial" || errors.As(a.err, &cert)
}
