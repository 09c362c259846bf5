package greenapi

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"greenwatch/secret"
)

// instance is a checked credential.
type instance struct {
	base  url.URL // up to and including waInstance…; the token is not in it
	token secret.Text
}

const (
	minToken = 8 // anything shorter is no token, and hiding it would blot out ordinary words
	maxToken = 256

	letters      = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	tokenLetters = letters + "0123456789-_.~" // unreserved: RFC 3986, 2.3
)

// newInstance checks a credential. Its errors show no part of it.
func newInstance(c Credential) (instance, error) {
	if wrong := checkToken(c.Token); wrong != "" {
		return instance{}, errors.New("apiTokenInstance " + wrong)
	}
	base, err := parseBase(c.URL)
	if err != nil {
		return instance{}, err
	}
	base.Path += "/waInstance" + string(c.ID)
	return instance{base: base, token: c.Token}, nil
}

// checkToken says what is wrong with a token that is to stand in a URL's path.
func checkToken(t secret.Text) (wrong string) {
	switch token := t.Reveal(); {
	case token == "":
		return "is missing"
	case len(token) < minToken || len(token) > maxToken || strings.Trim(token, tokenLetters) != "" || strings.Trim(token, ".") == "":
		return "is not 8 to 256 letters, digits, '-', '_', '.' or '~'"
	}
	return ""
}

// parseBase takes an apiUrl with or without the MAX line's /v3, and with it once where it is given more often: the
// vendor's pages write it after an apiUrl that, in the console, ends with it already.
func parseBase(apiURL string) (url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(apiURL))
	switch {
	case err != nil: // it quotes the URL
		return url.URL{}, errors.New("apiUrl is not a URL")
	case u.Scheme != "https" && u.Scheme != "http":
		return url.URL{}, errors.New("apiUrl does not begin with https:// or http://")
	case u.Hostname() == "":
		return url.URL{}, errors.New("apiUrl has no host")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return url.URL{}, errors.New("apiUrl has more than a host and /v3")
	}
	base := url.URL{Scheme: u.Scheme, Host: u.Host}
	for part := range strings.SplitSeq(u.Path, "/") {
		switch {
		case part == "":
		case strings.EqualFold(part, "v3"):
			base.Path = "/v3"
		default:
			return url.URL{}, errors.New("apiUrl has more than a host and /v3")
		}
	}
	return base, nil
}

// request is a GET of one of the instance's methods, spelled as in the vendor's samples.
func (in instance) request(method string) *http.Request {
	u := in.base
	u.Path += "/" + method + "/" + in.token.Reveal()
	return &http.Request{
		Method: http.MethodGet, URL: &u, Host: u.Host,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
}
