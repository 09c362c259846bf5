package greenapi

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"strings"
)

// garbled is an answer that came whole and is not what it should be.
type garbled string

func (g garbled) Error() string { return "greenapi: " + string(g) }

// stream is a body that ends with an error after so many bytes, and remembers what it ended with.
type stream struct {
	from        io.Reader
	limit, left int
	ended       error
}

// Read implements [io.Reader].
func (s *stream) Read(p []byte) (int, error) {
	if s.left == 0 {
		s.ended = tooLarge(s.limit)
		return 0, s.ended
	}
	n, err := s.from.Read(p[:min(len(p), s.left)])
	s.left -= n
	if err != nil {
		s.ended = err
	}
	return n, err
}

// why tells a connection that broke from a document that is broken.
func (s *stream) why(err error) error {
	var odd garbled
	switch {
	case errors.As(err, &odd):
		return err
	case s.ended != nil && !errors.Is(s.ended, io.EOF):
		return s.ended
	default:
		return garbled("not JSON")
	}
}

// list reads an array of up to so many bytes and keeps none of it: each takes the elements one by one. A small body
// that is no array is given back instead.
func list(limit int, body io.Reader, each func(*json.Decoder) error) (instead []byte, err error) {
	s := &stream{from: body, limit: limit, left: limit}
	in := bufio.NewReader(s)
	if !opensList(in) {
		return whole(in)
	}
	d := json.NewDecoder(in)
	if _, err := d.Token(); err != nil {
		return nil, s.why(err)
	}
	for d.More() {
		if err := each(d); err != nil {
			return nil, s.why(err)
		}
	}
	if _, err := d.Token(); err != nil { // the closing bracket
		return nil, s.why(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) { // what follows it
		return nil, s.why(err)
	}
	return nil, nil
}

// opensList looks past white space, and takes nothing else out of in; why there is nothing to see is found by reading on.
func opensList(in *bufio.Reader) bool {
	for {
		next, err := in.Peek(1)
		switch {
		case err != nil:
			return false
		case strings.IndexByte(" \t\r\n", next[0]) < 0:
			return next[0] == '['
		}
		_, _ = in.Discard(1) // it was seen: it is there
	}
}

// element decodes the next one into v as far as it has the right types, and fails only where there is no JSON.
func element(d *json.Decoder, v any) error {
	var wrongType *json.UnmarshalTypeError
	if err := d.Decode(v); err != nil && !errors.As(err, &wrongType) {
		return err
	}
	return nil
}
