package greenapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"greenwatch/secret"
)

// PartnerOptions are what a Partner is made of. Everything but Token may be left out.
type PartnerOptions struct {
	Token     secret.Text       // partnerToken: whoever holds it gets the tokens of all instances
	URL       string            // partnerApiUrl as the vendor's console shows it; https://api.green-api.com
	Timeout   time.Duration     // as in Options
	HTTP      http.RoundTripper // as in Options
	UserAgent string            // as in Options
}

// Partner asks what instances a partner has. Its methods may be called from any number of goroutines.
type Partner struct {
	client *Client // without instances
	at     instance
}

const partnerURL = "https://api.green-api.com"

// NewPartner makes a partner's client, and no call. Its error shows no part of the token.
func NewPartner(o PartnerOptions) (*Partner, error) {
	if wrong := checkToken(o.Token); wrong != "" {
		return nil, errors.New("greenapi: partner: the token " + wrong)
	}
	url := strings.TrimRight(strings.TrimSpace(o.URL), "/")
	if url == "" {
		url = partnerURL
	}
	base, err := parseBase(strings.TrimSuffix(url, "/partner")) // some pages write it as a part of the URL
	if err != nil {
		return nil, fmt.Errorf("greenapi: partner: %w", err)
	}
	client, err := New(Options{Timeout: o.Timeout, HTTP: o.HTTP, UserAgent: o.UserAgent})
	if err != nil {
		return nil, fmt.Errorf("greenapi: partner: %w", err)
	}
	base.Path += "/partner"
	return &Partner{client: client, at: instance{base: base, token: o.Token}}, nil
}

// An entry has about 450 bytes, and deleted ones are listed too.
const (
	maxPartner   = 32 << 20
	maxInstances = 50_000
)

// Instances lists all instances of the partner, as the API lists them, deleted ones included:
// https://green-api.com/en/docs/partners/getInstances/. It gives the whole list or a [*Fault]: an entry without an
// idInstance, unless it is a deleted one, spoils all, for one that is missing would look as if it were gone.
func (p *Partner) Instances(ctx context.Context) ([]PartnerInstance, error) {
	var found []PartnerInstance
	r, err := p.client.askAt(ctx, p.at, question{method: "getInstances", read: func(body io.Reader) ([]byte, error) {
		return list(maxPartner, body, func(d *json.Decoder) error {
			var e partnerEntry
			if err := element(d, &e); err != nil {
				return err
			}
			i, ok := e.instance(p.at)
			switch {
			case len(found) == maxInstances:
				return garbled(fmt.Sprintf("more than %d instances in the answer", maxInstances))
			case ok:
				found = append(found, i)
			case !bool(e.Deleted):
				return garbled("an instance without idInstance in the answer")
			}
			return nil
		})
	}})
	switch {
	case err != nil:
		return nil, err
	case r.body != nil:
		return nil, r.partnerFault()
	default:
		return found, nil
	}
}

// CloseIdleConnections closes the connections that wait for the next call.
func (p *Partner) CloseIdleConnections() { p.client.CloseIdleConnections() }

// partnerFault reads the body of a 200 that is no list: the API's way to refuse, which has the status in it.
func (r reply) partnerFault() *Fault {
	var said struct {
		Code digits `json:"code"`
	}
	code, ok := 0, false
	if json.Unmarshal(r.body, &said) == nil {
		code, ok = said.Code.number()
	}
	if !ok || code < 300 || code > 999 {
		return r.lacks("list")
	}
	r.status = code
	finding, detail := r.finding(r.in)
	return r.fault(finding, strings.Replace(detail, "HTTP", "code", 1))
}
