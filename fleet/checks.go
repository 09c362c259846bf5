package fleet

import (
	"errors"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"greenwatch/monitor"
)

const (
	digits  = "0123456789"
	letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

	minToken = 8 // hiding anything shorter in a text would blot out ordinary words
	maxToken = 256
	maxLabel = 64 // characters: the name is in the first line of every message
)

// validToken allows what a URL's path can hold unchanged (RFC 3986, 2.3); the vendor promises no form.
func validToken(s string) bool {
	return len(s) >= minToken && len(s) <= maxToken && strings.Trim(s, digits+letters+"-_.~") == "" && strings.Trim(s, ".") != ""
}

// checkLabel says what is wrong with a name or a tag; both are shown to people.
func checkLabel(s string) string {
	switch {
	case !utf8.ValidString(s):
		return "a name, tag or contact is not UTF-8; want the list saved as UTF-8"
	case utf8.RuneCountInString(s) > maxLabel || strings.ContainsFunc(s, unicode.IsControl):
		return "a name, tag or contact is too long or has control characters; want at most 64 characters on one line"
	case len(s) >= 32 && strings.Trim(s, digits+"abcdefABCDEF") == "":
		return "a name, tag or contact looks like a token and would be shown to people; want the token in its own place"
	}
	return ""
}

// parseURL takes an apiUrl as the vendor's console shows it: a host, and behind it /v3 for MAX.
// Its error quotes nothing, as people also paste whole requests, which have the token in them.
func parseURL(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.User != nil ||
		u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || strings.Trim(strings.TrimPrefix(u.Path, "/v3"), "/") != "" {
		return nil, errors.New("the apiUrl is not one; want http(s)://, a host, and /v3 for MAX, " +
			"as in https://1101.api.green-api.com")
	}
	return u, nil
}

// poolOf gives the pool of an instance with an apiUrl of its own. At the vendor's hosts that is the first label, as in
// 7105.api.greenapi.com; the universal ones tell nothing.
func poolOf(u *url.URL, id monitor.InstanceID) string {
	host := strings.ToLower(u.Hostname())
	for _, universal := range []string{"api.green-api.com", "api.greenapi.com"} {
		if host == universal {
			return id.Pool()
		}
		if label, ok := strings.CutSuffix(host, "."+universal); ok {
			return label
		}
	}
	return strings.ToLower(u.Host)
}
