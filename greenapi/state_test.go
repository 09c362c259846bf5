package greenapi_test

import (
	"strings"
	"testing"

	"greenwatch/greenapi"
	"greenwatch/monitor"
)

const (
	nginx   = "<html>\r\n<head><title>404 Not Found</title></head></html>"
	expired = "Instance account is expired. Renew your instance from personal area"
)

// stateCase is one answer to getStateInstance and what is read from it.
type stateCase struct {
	status int
	body   string
	want   monitor.Finding
	detail string
}

func word(s monitor.State) monitor.Finding {
	return monitor.Finding{Answer: monitor.Answered, State: s}
}

func refused(r monitor.Refusal) monitor.Finding {
	return monitor.Finding{Answer: monitor.Refused, Refusal: r}
}

func checkStates(t *testing.T, cases map[string]stateCase) {
	t.Parallel()
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newClient(t, greenapi.Options{HTTP: answering(test.status, test.body)}).State(t.Context(), id)
			if r.Finding != test.want || r.Detail != test.detail {
				t.Errorf("read as %+v %q, want %+v %q", r.Finding, r.Detail, test.want, test.detail)
			}
			if r.Instance != id || r.Via != "" {
				t.Errorf("the reading is of %q via %q", r.Instance, r.Via)
			}
		})
	}
}

func TestStateOf200(t *testing.T) {
	nothing := monitor.Finding{Answer: monitor.NoAnswer}
	checkStates(t, map[string]stateCase{
		"authorized":          {200, `{"stateInstance":"authorized"}`, word(monitor.Authorized), ""},
		"word kept as given":  {200, `{"stateInstance":"YELLOWcard"}`, word("YELLOWcard"), ""},
		"unknown word":        {200, `{"stateInstance":"на паузе"}`, word("на паузе"), ""},
		"trimmed":             {200, " {\"stateInstance\" : \"\\n authorized \"}\n", word(monitor.Authorized), ""},
		"other members":       {200, `{"a":[{}],"stateInstance":"starting","reason":"Instance is deleted"}`, word("starting"), ""},
		"same member twice":   {200, `{"stateInstance":"blocked","stateInstance":"blocked"}`, word("blocked"), ""},
		"null":                {200, "null\n", word(monitor.Null), ""},
		"control characters":  {200, `{"stateInstance":"auth\u0000orized\u200b"}`, word("auth�orized�"), ""},
		"invalid UTF-8":       {200, "{\"stateInstance\":\"auth\xfforized\"}", word("auth�orized"), ""},
		"long word":           {200, `{"stateInstance":"` + strings.Repeat("я", 99) + `"}`, word(monitor.State(strings.Repeat("я", 63) + "…")), ""},
		"word of 64":          {200, `{"stateInstance":"` + strings.Repeat("я", 64) + `"}`, word(monitor.State(strings.Repeat("я", 64))), ""},
		"token as word":       {200, `{"stateInstance":"a` + strings.ToUpper(token) + `b"}`, word("***"), ""},
		"two states":          {200, `{"stateInstance":"authorized","stateInstance":"blocked"}`, nothing, "no state in the answer"},
		"two spellings":       {200, `{"stateInstance":"blocked","StateInstance":"authorized"}`, nothing, "no state in the answer"},
		"word and null":       {200, `{"stateInstance":"authorized","stateInstance":null}`, nothing, "no state in the answer"},
		"state null":          {200, `{"stateInstance":null}`, nothing, "no state in the answer"},
		"state number":        {200, `{"stateInstance":5}`, nothing, "no state in the answer"},
		"state empty":         {200, `{"stateInstance":" "}`, nothing, "no state in the answer"},
		"empty object":        {200, `{}`, nothing, "no state in the answer"},
		"array":               {200, `[{"stateInstance":"authorized"}]`, nothing, "no state in the answer"},
		"bare word":           {200, `"authorized"`, nothing, "no state in the answer: authorized"},
		"reason on 200":       {200, `{"status":false,"reason":"instance is starting or not authorized"}`, nothing, "no state in the answer: instance is starting or not authorized"},
		"expired on 200":      {200, `{"status":false,"reason":"` + expired + `"}`, refused(monitor.Expired), "no state in the answer: " + expired},
		"deleted on 200":      {200, `{"message":"INSTANCE IS DELETED"}`, refused(monitor.Deleted), "no state in the answer: INSTANCE IS DELETED"},
		"deleted in an array": {200, `["Instance is deleted"]`, nothing, "no state in the answer"},
		"empty":               {200, ``, nothing, "empty answer"},
		"white":               {200, " \n", nothing, "empty answer"},
		"HTML":                {200, nginx, nothing, "HTML, not JSON"},
		"truncated":           {200, `{"stateInstance":"authori`, nothing, "not JSON"},
		"two documents":       {200, `{"stateInstance":"authorized"}{}`, nothing, "not JSON"},
		"deep":                {200, strings.Repeat("[", 60_000) + strings.Repeat("]", 5_000), nothing, "not JSON"},
		"too large":           {200, `{"stateInstance":"authorized"}` + strings.Repeat(" ", 64<<10), nothing, "answer over 64 KiB"},
	})
}

func TestStateOfOtherStatuses(t *testing.T) {
	nothing, throttled := monitor.Finding{Answer: monitor.NoAnswer}, monitor.Finding{Answer: monitor.Throttled}
	checkStates(t, map[string]stateCase{
		"expired":            {400, expired, refused(monitor.Expired), "HTTP 400: " + expired},
		"expired in JSON":    {400, `{"message":"instance ACCOUNT is expired"}`, refused(monitor.Expired), "HTTP 400: instance ACCOUNT is expired"},
		"deleted":            {400, "Instance is deleted\n", refused(monitor.Deleted), "HTTP 400: Instance is deleted"},
		"starting":           {400, "instance in starting process try later", nothing, "HTTP 400: instance in starting process try later"},
		"starting or not":    {400, `"instance is starting or not authorized"`, nothing, "HTTP 400: instance is starting or not authorized"},
		"bad request":        {400, `{"reason":{"a":1},"error":"bad request data"}`, nothing, "HTTP 400: bad request data"},
		"no token":           {401, ``, refused(monitor.WrongToken), "HTTP 401"},
		"wrong address":      {403, `{"message":"Forbidden"}`, refused(monitor.WrongAddress), "HTTP 403: Forbidden"},
		"not found":          {404, nginx, refused(monitor.NotFound), "HTTP 404"},
		"path quoted":        {404, "Cannot GET /waInstance7105000017/getStateInstance/" + token, refused(monitor.NotFound), "HTTP 404: Cannot GET …"},
		"token quoted":       {401, `{"message":"bad token '` + strings.ToUpper(token) + `'"}`, refused(monitor.WrongToken), "HTTP 401: bad token …"},
		"address quoted":     {404, `{"error":"see https://console.green-api.com/ for /v3 of it"}`, refused(monitor.NotFound), "HTTP 404: see … for … of it"},
		"host quoted":        {403, "no such\tid at\x00" + host + ":443", refused(monitor.WrongAddress), "HTTP 403: no such id …"},
		"long words":         {403, strings.Repeat("слово ", 9999), refused(monitor.WrongAddress), "HTTP 403: " + strings.Repeat("слово ", 19) + "слово…"},
		"throttled":          {429, ``, throttled, "HTTP 429"},
		"throttled in words": {429, `Too Many Requests`, throttled, "HTTP 429: Too Many Requests"},
		"no content":         {204, ``, nothing, "HTTP 204"},
		"redirect":           {302, ``, nothing, "HTTP 302"},
		"quota":              {466, `{"invokeStatus":{"status":"QUOTE_EXCEEDED"}}`, nothing, "HTTP 466"},
		"hung up":            {499, ``, nothing, "HTTP 499"},
		"error":              {500, `{"stateInstance":"authorized"}`, nothing, "HTTP 500"},
		"bad gateway":        {502, nginx, nothing, "HTTP 502"},
		"odd status":         {999, ``, nothing, "HTTP 999"},
	})
}
