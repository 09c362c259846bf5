package web

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"

	"greenwatch/secret"
)

// lock is a token that requests must bear in their header Authorization: as it is, or after Bearer or Basic, as the
// vendor sends it: https://green-api.com/en/docs/api/receiving/technology-webhook-endpoint/.
type lock struct {
	want [sha256.Size]byte // of one length for every token, so that comparing takes the same time for all
}

func newLock(token secret.Text) lock { return lock{sha256.Sum256([]byte(token.Reveal()))} }

func (l lock) opens(r *http.Request) bool {
	header := r.Header.Get("Authorization")
	bare := header
	if scheme, rest, _ := strings.Cut(header, " "); strings.EqualFold(scheme, "Bearer") || strings.EqualFold(scheme, "Basic") {
		bare = strings.TrimLeft(rest, " ")
	}
	return l.fits(header)|l.fits(bare) == 1
}

// fits is 1 or 0, found in a time that does not depend on where they differ.
func (l lock) fits(token string) int {
	got := sha256.Sum256([]byte(token))
	return subtle.ConstantTimeCompare(got[:], l.want[:])
}
