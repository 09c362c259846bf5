package instanceapi

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"sync"
	"time"
)

const (
	postTimeout = 180 * time.Second // https://green-api.com/en/docs/api/receiving/technology-webhook-endpoint/
	postAgain   = time.Minute
	postPause   = 20 * time.Millisecond // about 50 a second
	longAway    = 24 * time.Hour
)

// Deliver posts the notifications of every instance that has a webhookUrl to it, through via, one after another; what
// is not answered with 200 holds up the rest and is posted again a minute later. It returns when ctx ends and nothing
// is under way.
func (s *Server) Deliver(ctx context.Context, via http.RoundTripper) {
	var posting sync.WaitGroup
	defer posting.Wait()
	for ctx.Err() == nil {
		changed := s.Changed()
		due, next := s.takeDue()
		for _, p := range due {
			posting.Go(func() { s.post(ctx, via, p) })
		}
		timer := time.NewTimer(time.Until(next))
		select {
		case <-timer.C:
		case <-changed:
		case <-ctx.Done():
		}
		timer.Stop()
	}
}

// parcel is a notice on its way.
type parcel struct {
	in         *instance
	notice     notice
	url, token string
	bearer     bool
}

// takeDue gives what is to be posted now, and when to look again.
func (s *Server) takeDue() (due []parcel, next time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	next = now.Add(longAway)
	for _, id := range s.order {
		in := s.instances[id]
		in.catchUp(now)
		next = earlier(next, in.stirs(now))
		n, some := in.notice(now)
		switch url := in.webhookURL(); {
		case url == "" || in.posting || !some:
		case in.postAt.After(now):
			next = earlier(next, in.postAt)
		default:
			in.posting = true
			due = append(due, parcel{in, n, url, text(in.settings["webhookUrlToken"]), in.telling.Bearer})
		}
	}
	return due, next
}

// post tries once and settles the notice by what came of it.
func (s *Server) post(ctx context.Context, via http.RoundTripper, p parcel) {
	began := time.Now()
	status := p.send(ctx, via)
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	p.in.posting, p.in.postAt = false, now.Add(postAgain)
	if status == http.StatusOK {
		p.in.dismiss(p.notice.receipt)
		p.in.postAt = now.Add(postPause)
	}
	seen := &p.in.seen
	seen.posts = append(seen.posts, Post{At: began, Took: now.Sub(began), Status: status})
	seen.posts = seen.posts[max(0, len(seen.posts)-s.opts.KeepCalls):]
	s.changed()
}

// send gives the status that came, or 0.
func (p parcel) send(ctx context.Context, via http.RoundTripper) int {
	ctx, cancel := context.WithTimeout(ctx, postTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url, bytes.NewReader(p.notice.body))
	if err != nil {
		return 0
	}
	req.Header.Set("Content-Type", typeJSON)
	switch {
	case p.token != "" && p.bearer:
		req.Header.Set("Authorization", "Bearer "+p.token)
	case p.token != "":
		req.Header.Set("Authorization", p.token)
	}
	resp, err := via.RoundTrip(req)
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20)); err != nil {
		return 0
	}
	return resp.StatusCode
}
