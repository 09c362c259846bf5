package instanceapi

import (
	"net/http"
	"strings"
	"time"
)

// method is one name of the API, with its verb and its limit in calls per second and instance
// (https://green-api.com/en/docs/api/ratelimiter/). Where no limit is documented, the strictest is taken.
type method struct {
	name string
	verb string
	rate int
	run  func(*Server, *call) answer
}

func methods() map[string]method {
	table := map[string]method{}
	for _, m := range []method{
		{"getStateInstance", http.MethodGet, 1, (*Server).getStateInstance},
		{"getStateInstanceHistory", http.MethodGet, 1, (*Server).getStateInstanceHistory},
		{"getWaSettings", http.MethodGet, 1, (*Server).getWaSettings},
		{"getAccountSettings", http.MethodGet, 1, (*Server).getAccountSettings},
		{"reboot", http.MethodGet, 1, (*Server).reboot},
		{"logout", http.MethodGet, 1, (*Server).logout},
		{"qr", http.MethodGet, 3, (*Server).qr},
		{"getSettings", http.MethodGet, 1, (*Server).getSettings},
		{"setSettings", http.MethodPost, 1, (*Server).setSettings},
		{"sendMessage", http.MethodPost, 50, (*Server).sendMessage},
		{"getMessagesCount", http.MethodGet, 1, (*Server).getMessagesCount},
		{"getWebhooksCount", http.MethodGet, 1, (*Server).getWebhooksCount},
		{"showMessagesQueue", http.MethodGet, 1, (*Server).showMessagesQueue},
		{"clearMessagesQueue", http.MethodGet, 1, (*Server).clearMessagesQueue},
		{"receiveNotification", http.MethodGet, 100, (*Server).receiveNotification},
		{"deleteNotification", http.MethodDelete, 100, (*Server).deleteNotification},
	} {
		table[strings.ToLower(m.name)] = m
	}
	return table
}

// allow takes one token from the bucket of the instance and method. The bucket holds one second's worth; what is kept
// is the moment at which it will be full again.
func (in *instance) allow(m method, now time.Time) bool {
	each := time.Second / time.Duration(m.rate)
	full := in.full[m.name]
	if full.Before(now) {
		full = now
	}
	if full.Add(each).Sub(now) > time.Second {
		return false
	}
	in.full[m.name] = full.Add(each)
	return true
}
