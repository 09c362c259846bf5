package instanceapi

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"hash/fnv"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"time"
)

// qrLife is how long one code holds (https://green-api.com/en/docs/api/account/QR/).
const qrLife = 20 * time.Second

func (s *Server) qr(c *call) answer {
	kind, message := "error", "Instance has auth. You need to make log out"
	switch c.in.current.state {
	case Starting, Creating:
		return s.bad(notReady)
	case NotAuthorized, PendingCode:
		kind, message = "qrCode", picture(c.in.ID, c.now)
	case PendingPassword:
		kind, message = "pending_password", ""
	case Authorized, YellowCard, Suspended:
		kind, message = "alreadyLogged", "instance account already authorized"
	}
	return ok(map[string]any{"type": kind, "message": message})
}

// picture is a PNG in base64 that looks like a QR code, says nothing, and is another one every qrLife.
func picture(id string, now time.Time) string {
	const modules, scale, quiet = 29, 6, 4
	h := fnv.New64a()
	_, _ = fmt.Fprint(h, id, now.Unix()/int64(qrLife/time.Second))
	dots := rand.New(rand.NewPCG(h.Sum64(), 1))
	side := (modules + 2*quiet) * scale
	img := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	for y := range modules {
		for x := range modules {
			if black(x, y, modules, dots.Uint32()&1 == 1) {
				for i := range scale * scale {
					img.SetColorIndex((x+quiet)*scale+i%scale, (y+quiet)*scale+i/scale, 1)
				}
			}
		}
	}
	var out bytes.Buffer
	_ = png.Encode(&out, img) // a Buffer takes everything
	return base64.StdEncoding.EncodeToString(out.Bytes())
}

// black is the colour of a module: three corners carry a square in a frame, the rest is chance.
func black(x, y, modules int, chance bool) bool {
	u, v := x, y
	if x >= modules-8 {
		u = modules - 1 - x
	}
	if y >= modules-8 {
		v = modules - 1 - y
	}
	if u > 7 || v > 7 || (u != x && v != y) {
		return chance
	}
	ring := max(abs(u-3), abs(v-3))
	return ring <= 1 || ring == 3
}

func abs(n int) int { return max(n, -n) }
