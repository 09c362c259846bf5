package botapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// maxUpload is what a bot may send, in bytes; maxBody leaves room for the other parameters.
const (
	maxUpload = 50 << 20
	maxBody   = maxUpload + 1<<20
)

// call is one request, taken apart.
type call struct {
	ctx    context.Context
	now    time.Time
	method string // as sent
	params map[string]string
	files  map[string]File
}

// File is an uploaded file.
type File struct {
	Name  string
	Bytes []byte
}

func readCall(r *http.Request, method string) (*call, error) {
	c := &call{ctx: r.Context(), now: time.Now(), method: method, params: map[string]string{}, files: map[string]File{}}
	c.add(r.URL.Query())
	if r.ContentLength > maxBody {
		return c, errTooLarge()
	}
	kind, media, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err == nil && kind == "multipart/form-data" {
		return c, c.refusal(c.readParts(multipart.NewReader(io.LimitReader(r.Body, maxBody+1), media["boundary"])))
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	switch {
	case err != nil:
		return c, c.refusal(err)
	case len(body) > maxBody:
		return c, errTooLarge()
	case kind == "application/json" && len(bytes.TrimSpace(body)) > 0:
		return c, c.refusal(c.readJSON(body))
	}
	form, err := url.ParseQuery(string(body))
	c.add(form)
	return c, c.refusal(err)
}

// refusal turns a body that cannot be read into Telegram's answer, and looks at the encoding of one that can.
func (c *call) refusal(err error) error {
	var known *apiError
	switch {
	case errors.As(err, &known):
		return err
	case c.ctx.Err() != nil:
		return errGone
	case err != nil:
		return bad("can't parse the request")
	}
	for _, value := range c.params {
		if !utf8.ValidString(value) {
			return bad("strings must be encoded in UTF-8")
		}
	}
	return nil
}

func errTooLarge() error {
	return &apiError{code: http.StatusRequestEntityTooLarge, text: "Request Entity Too Large"}
}

func (c *call) add(form url.Values) {
	for name, values := range form {
		c.params[name] = values[0]
	}
}

func (c *call) readJSON(body []byte) error {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(body, &object); err != nil {
		return bad("can't parse JSON object")
	}
	for name, raw := range object {
		var text string
		switch {
		case string(raw) == "null":
		case json.Unmarshal(raw, &text) == nil:
			c.params[name] = text
		default:
			c.params[name] = string(raw)
		}
	}
	return nil
}

func (c *call) readParts(parts *multipart.Reader) error {
	total := 0
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("botapi: reading a part: %w", err)
		}
		content, err := io.ReadAll(part)
		if total += len(content); total > maxUpload {
			return errTooLarge()
		}
		if err != nil {
			return fmt.Errorf("botapi: reading a part: %w", err)
		}
		if part.FileName() == "" {
			c.params[part.FormName()] = string(content)
		} else {
			c.files[part.FormName()] = File{Name: part.FileName(), Bytes: content}
		}
	}
}

// integer reads a number; what is missing or no number is 0, as with Telegram.
func (c *call) integer(name string) int64 {
	n, _ := strconv.ParseInt(c.params[name], 10, 64)
	return n
}

func (c *call) flag(name string) bool {
	v := strings.ToLower(strings.TrimSpace(c.params[name]))
	return v == "true" || v == "yes" || v == "1"
}

// object decodes a JSON parameter into out and says whether there was one; null counts as none.
func (c *call) object(name string, out any) (bool, error) {
	text := c.params[name]
	if text == "" || text == "null" {
		return false, nil
	}
	if err := json.Unmarshal([]byte(text), out); err != nil {
		return false, bad("can't parse %s JSON object", name)
	}
	return true, nil
}
