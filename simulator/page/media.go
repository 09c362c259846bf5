package page

import (
	"net/http"
	"slices"
	"strconv"
)

// serveMedia serves the photo or the document of a message: pictures to be shown, all else to be saved.
func (p *page) serveMedia(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.Atoi(r.PathValue("message"))
	file, ok := p.Telegram.Media(p.Chat, id)
	if err != nil || !ok {
		writeError(w, refuse(http.StatusNotFound, "that message has no file"))
		return
	}
	kind := http.DetectContentType(file.Bytes)
	if !slices.Contains([]string{"image/png", "image/jpeg", "image/webp", "image/gif"}, kind) {
		kind = "application/octet-stream"
		w.Header().Set("Content-Disposition", "attachment")
	}
	w.Header().Set("Content-Type", kind)
	_, _ = w.Write(file.Bytes)
}
