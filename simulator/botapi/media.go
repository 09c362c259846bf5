package botapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	_ "image/gif"  // photos come in these
	_ "image/jpeg" // formats
	_ "image/png"
	"net/http"
	"strings"
)

// maxPhoto is in bytes.
const maxPhoto = 10 << 20

// media is a photo or a document; two messages may share it.
type media struct {
	File
	id            string
	photo         bool
	width, height int
}

// describe fills in what the bot sees of it.
func (f *media) describe(m *message) {
	if f.photo {
		m.Photo = []photoSize{{FileID: f.id, UniqueID: "u" + f.id, Width: f.width, Height: f.height, Size: len(f.Bytes)}}
		return
	}
	m.Document = &document{
		FileID: f.id, UniqueID: "u" + f.id, Name: f.Name, Mime: http.DetectContentType(f.Bytes), Size: len(f.Bytes),
	}
}

// sendPhoto: https://core.telegram.org/bots/api#sendphoto
func (s *Server) sendPhoto(c *call) (any, error) { return s.sendMedia(c, "photo") }

// sendDocument: https://core.telegram.org/bots/api#senddocument
func (s *Server) sendDocument(c *call) (any, error) { return s.sendMedia(c, "document") }

func (s *Server) sendMedia(c *call, kind string) (any, error) {
	f, err := c.caption()
	if err != nil {
		return nil, err
	}
	m, err := s.file(c, kind, c.params[kind])
	if err != nil {
		return nil, err
	}
	return s.send(c, kind+"s", &entry{body: f, media: m})
}

// file finds what is to be sent: the part named like the kind, the part that attach:// names, or a file known by id.
func (s *Server) file(c *call, kind, value string) (*media, error) {
	part := kind
	if name, ok := strings.CutPrefix(value, "attach://"); ok {
		part = name
	} else if value != "" {
		if known := s.files[value]; known != nil && known.photo == (kind == "photo") {
			return known, nil
		}
		return nil, bad("wrong file identifier/HTTP URL specified")
	}
	upload, ok := c.files[part]
	switch {
	case !ok:
		return nil, bad("there is no %s in the request", kind)
	case len(upload.Bytes) == 0:
		return nil, bad("file must be non-empty")
	}
	m := &media{File: upload, id: fmt.Sprintf("file-%d", len(s.files)+1), photo: kind == "photo"}
	if m.photo {
		if err := m.measure(); err != nil {
			return nil, err
		}
	}
	s.files[m.id] = m
	return m, nil
}

func (f *media) measure() error {
	if len(f.Bytes) > maxPhoto {
		return bad("file is too big")
	}
	size, _, err := image.DecodeConfig(bytes.NewReader(f.Bytes))
	if err != nil {
		return bad("IMAGE_PROCESS_FAILED")
	}
	f.width, f.height = size.Width, size.Height
	if f.width+f.height > 10_000 || f.width > 20*f.height || f.height > 20*f.width {
		return bad("PHOTO_INVALID_DIMENSIONS")
	}
	return nil
}

// editMessageMedia: https://core.telegram.org/bots/api#editmessagemedia
func (s *Server) editMessageMedia(c *call) (any, error) {
	var in struct {
		Type      string          `json:"type"`
		Media     string          `json:"media"`
		Caption   string          `json:"caption"`
		ParseMode string          `json:"parse_mode"`
		Entities  json.RawMessage `json:"caption_entities"`
	}
	ok, err := c.object("media", &in)
	switch {
	case err != nil:
		return nil, err
	case !ok:
		return nil, bad("media is empty")
	case in.Type != "photo" && in.Type != "document":
		return nil, bad("can't parse InputMedia: type must be photo or document")
	}
	c.params["caption"], c.params["parse_mode"], c.params["caption_entities"] = in.Caption, in.ParseMode, string(in.Entities)
	f, err := c.caption()
	if err != nil {
		return nil, err
	}
	return s.amend(c, func(e *entry) error {
		if e.media == nil {
			return bad("there is no media in the message to edit")
		}
		e.body = f
		e.media, err = s.file(c, in.Type, in.Media)
		return err
	})
}
