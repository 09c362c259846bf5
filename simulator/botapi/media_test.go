package botapi_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"testing"
)

// picture is a PNG of one pixel whose header says another size.
func picture(t *testing.T, width, height int) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		t.Fatal(err)
	}
	raw := out.Bytes()
	header := raw[12:29] // the chunk IHDR: name, sizes and five bytes more, then its checksum
	binary.BigEndian.PutUint32(header[4:], uint32(width))
	binary.BigEndian.PutUint32(header[8:], uint32(height))
	binary.BigEndian.PutUint32(raw[29:], crc32.ChecksumIEEE(header))
	return raw
}

// upload calls a method with one file, as multipart/form-data.
func (b *bench) upload(method string, p params, part, name string, content []byte) reply {
	b.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for field, value := range p {
		_ = form.WriteField(field, text(value))
	}
	w, _ := form.CreateFormFile(part, name)
	_, _ = w.Write(content)
	_ = form.Close()
	req, err := http.NewRequestWithContext(b.Context(), http.MethodPost, "http://sim/bot"+token+"/"+method, &body)
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	r, err := b.do(req)
	if err != nil {
		b.Fatal(err)
	}
	return r
}

func TestMedia(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	at := params{"chat_id": 501, "caption": "<b>chart</b>", "parse_mode": "HTML"}
	if r := b.upload("sendPhoto", at, "photo", "chart.png", picture(t, 40, 30)); !r.OK {
		t.Fatalf("got %+v", r)
	}
	photo := b.seen(501)
	if photo.Photo != "chart.png" || photo.HTML != "<b>chart</b>" {
		t.Errorf("got %+v", photo)
	}
	b.refused("editMessageText", params{"chat_id": 501, "message_id": photo.ID, "text": "x"}, 400, "there is no text in the message to edit")
	b.ok("editMessageCaption", params{"chat_id": 501, "message_id": photo.ID, "caption": "new"})
	swap := params{"chat_id": 501, "message_id": photo.ID, "media": `{"type":"photo","media":"attach://pic","caption":"newer"}`}
	if r := b.upload("editMessageMedia", swap, "pic", "second.png", picture(t, 50, 50)); !r.OK {
		t.Errorf("got %+v", r)
	}
	if m := b.seen(501); m.ID != photo.ID || m.Photo != "second.png" || m.Text != "newer" || m.Edits != 2 {
		t.Errorf("got %+v", m)
	}
	if f, ok := b.sim.Media(501, photo.ID); !ok || !bytes.Equal(f.Bytes, picture(t, 50, 50)) {
		t.Errorf("got %d bytes", len(f.Bytes))
	}
	b.upload("sendDocument", params{"chat_id": 501}, "document", "log.txt", []byte("lines"))
	if m := b.seen(501); m.Document != "log.txt" {
		t.Errorf("got %+v", m)
	}
}

func TestPhotosAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.upload("sendPhoto", params{"chat_id": 501}, "photo", "chart.png", picture(t, 4, 3))
	b.ok("sendPhoto", params{"chat_id": group, "photo": "file-1"})
	if m := b.seen(group); m.Photo != "chart.png" {
		t.Errorf("got %+v", m)
	}
	b.refused("sendPhoto", params{"chat_id": group, "photo": "file-2"}, 400, "wrong file identifier")
	b.refused("sendDocument", params{"chat_id": group, "document": "file-1"}, 400, "wrong file identifier")
}

func TestBadMedia(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	long := make([]byte, 1025)
	for i := range long {
		long[i] = 'x'
	}
	for _, tc := range []struct {
		content []byte
		caption string
		want    string
	}{
		{[]byte("no picture"), "", "Bad Request: IMAGE_PROCESS_FAILED"},
		{nil, "", "Bad Request: file must be non-empty"},
		{picture(t, 210, 10), "", "Bad Request: PHOTO_INVALID_DIMENSIONS"},
		{picture(t, 9000, 1001), "", "Bad Request: PHOTO_INVALID_DIMENSIONS"},
		{make([]byte, 10<<20+1), "", "Bad Request: file is too big"},
		{picture(t, 4, 3), string(long), "Bad Request: message caption is too long"},
	} {
		if r := b.upload("sendPhoto", params{"chat_id": 501, "caption": tc.caption}, "photo", "x.png", tc.content); r.Description != tc.want {
			t.Errorf("got %q, want %q", r.Description, tc.want)
		}
	}
	b = unchecked(t)
	if r := b.upload("sendDocument", params{"chat_id": 501}, "document", "x", make([]byte, 52<<20)); r.Code != 413 {
		t.Errorf("got %+v", r)
	}
	b.refused("sendPhoto", params{"chat_id": 501}, 400, "there is no photo in the request")
}
