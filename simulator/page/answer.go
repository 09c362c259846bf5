package page

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
)

// maxBody is in bytes; the longest text that Telegram takes fits in it.
const maxBody = 32 << 10

// refusal is an error that the visitor is told.
type refusal struct {
	status int
	text   string
}

func (r *refusal) Error() string { return "page: " + r.text }

func refuse(status int, format string, a ...any) error {
	return &refusal{status, fmt.Sprintf(format, a...)}
}

// action serves a POST of JSON: do gets the body and its result is the answer's.
func action[In, Out any](do func(ctx context.Context, in In) (Out, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		in, err := decode[In](w, r)
		if err != nil {
			writeError(w, err)
			return
		}
		out, err := do(r.Context(), in)
		if err != nil {
			writeError(w, err)
			return
		}
		writeJSON(w, http.StatusOK, out)
	})
}

func decode[In any](w http.ResponseWriter, r *http.Request) (In, error) {
	var in In
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return in, refuse(http.StatusUnsupportedMediaType, "the body must be application/json")
	}
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	d.DisallowUnknownFields()
	err := d.Decode(&in)
	if err == nil {
		if _, err = d.Token(); errors.Is(err, io.EOF) {
			return in, nil
		}
	}
	var long *http.MaxBytesError
	if errors.As(err, &long) {
		return in, refuse(http.StatusRequestEntityTooLarge, "the body is longer than %d bytes", long.Limit)
	}
	return in, refuse(http.StatusBadRequest, "the body is not the JSON object that is expected here")
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // only the visitor's leaving can stop it
}

// writeError tells the visitor what was wrong. What is no refusal comes from a simulator and tells why it would not.
func writeError(w http.ResponseWriter, err error) {
	status, text := http.StatusConflict, err.Error()
	var r *refusal
	if errors.As(err, &r) {
		status, text = r.status, r.text
	}
	writeJSON(w, status, map[string]string{"error": text})
}
