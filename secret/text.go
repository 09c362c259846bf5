// Package secret holds what must not be seen: tokens and passwords that print as "***", and a writer that masks them
// where they slipped through.
package secret

import (
	"fmt"
	"io"
	"log/slog"
)

// Mask is shown in the place of a secret.
const Mask = "***"

// Text is a secret that shows itself to nobody: printing with any verb, logging and encoding give "***". The zero Text
// holds nothing.
type Text struct {
	value *string // behind a pointer: fmt asks unexported fields for no method, and prints an address there
}

// New wraps a value.
func New(value string) Text { return Text{value: &value} }

// Reveal gives the value itself, for the one place that sends it.
func (t Text) Reveal() string {
	if t.value == nil {
		return ""
	}
	return *t.value
}

// String gives "***".
func (t Text) String() string { return Mask }

// GoString gives "***".
func (t Text) GoString() string { return Mask }

// Format writes "***" whatever the verb.
func (t Text) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, Mask) }

// LogValue gives "***".
func (t Text) LogValue() slog.Value { return slog.StringValue(Mask) }

// MarshalText gives "***", also for JSON.
func (t Text) MarshalText() ([]byte, error) { return []byte(Mask), nil }

// UnmarshalText takes the value, so that a Text can be read from the environment.
func (t *Text) UnmarshalText(text []byte) error {
	*t = New(string(text))
	return nil
}
