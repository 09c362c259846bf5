package greenapi_test

import (
	"strings"
	"testing"
	"time"

	"greenwatch/greenapi"
	"greenwatch/monitor"
)

const changedBody = `{"typeWebhook":"stateInstanceChanged",
	"instanceData":{"idInstance":7105000017,"wid":"79001234567@c.us","typeInstance":"whatsapp"},
	"timestamp":1586700690,"stateInstance":"notAuthorized"}`

// body is a notification of a change with some of its members replaced.
func body(id, at, state string) string {
	return `{"typeWebhook":"stateInstanceChanged","instanceData":{"idInstance":` + id + `},"timestamp":` + at + `,"stateInstance":` + state + `}`
}

func changed(id monitor.InstanceID, at int64, state monitor.State) greenapi.Notification {
	n := greenapi.Notification{Type: greenapi.StateChanged, Instance: id, State: state}
	if at > 0 {
		n.At = time.Unix(at, 0)
	}
	return n
}

func TestParseNotification(t *testing.T) {
	t.Parallel()
	const type1 = `"typeWebhook":"stateInstanceChanged"`
	for name, test := range map[string]struct {
		body string
		want greenapi.Notification
	}{
		"as documented": {changedBody, changed(id, 1586700690, monitor.NotAuthorized)},
		"12 digits":     {body("410022705196", "5", `"authorized"`), changed("410022705196", 5, monitor.Authorized)},
		"18 digits":     {body("999999999999999999", "5", `"authorized"`), changed("999999999999999999", 5, monitor.Authorized)},
		"id as text":    {body(`"7105000017"`, "5", `"authorized"`), changed(id, 5, monitor.Authorized)},
		"time as text":  {body("7105000017", `"5"`, `"authorized"`), changed(id, 5, monitor.Authorized)},
		"no time":       {`{` + type1 + `,"instanceData":{"idInstance":1},"stateInstance":"blocked"}`, changed("1", 0, monitor.Blocked)},
		"unknown word":  {body("1", "5", `"на паузе"`), changed("1", 5, "на паузе")},
		"NUL":           {body("1", "5", `"auth\u0000orized"`), changed("1", 5, "auth�orized")},
		"long word":     {body("1", "5", `"`+strings.Repeat("я", 99)+`"`), changed("1", 5, monitor.State(strings.Repeat("я", 63)+"…"))},
		"twice":         {`{` + type1 + "," + body("1", "5", `"blocked"`)[1:], changed("1", 5, monitor.Blocked)},
		"more members":  {`{"a":[{"b":[null,1e400]}],` + body("1", "5", `"blocked"`)[1:], changed("1", 5, monitor.Blocked)},
		"another kind":  {`{"typeWebhook":"incomingMessageReceived","instanceData":{"idInstance":7105000017},"timestamp":5}`, greenapi.Notification{Type: greenapi.OtherNotification, Instance: id, At: time.Unix(5, 0)}},
		"no instance":   {`{"typeWebhook":"quotaExceeded"}`, greenapi.Notification{Type: greenapi.OtherNotification}},
		"kind in case":  {`{"typeWebhook":"STATEINSTANCECHANGED"}`, greenapi.Notification{Type: greenapi.OtherNotification}},
		"odd and other": {`{"typeWebhook":"a","instanceData":"b","timestamp":{},"stateInstance":[]}`, greenapi.Notification{Type: greenapi.OtherNotification}},
		"1 MiB":         {`{"typeWebhook":"a","messageData":"` + strings.Repeat("text ", 1<<18) + `"}`, greenapi.Notification{Type: greenapi.OtherNotification}},
	} {
		got, err := greenapi.ParseNotification([]byte(test.body))
		if err != nil || got != test.want {
			t.Errorf("%s: %+v, %v, want %+v", name, got, err, test.want)
		}
	}
}

func TestParseNotificationRefuses(t *testing.T) {
	t.Parallel()
	const kind, instance, timestamp, state = "typeWebhook", "idInstance", "timestamp", "stateInstance"
	for name, test := range map[string]struct{ body, want string }{
		"empty":              {"", kind},
		"null":               {"null", kind},
		"array":              {"[" + changedBody + "]", kind},
		"text":               {`"stateInstanceChanged"`, kind},
		"truncated":          {changedBody[:len(changedBody)-1], kind},
		"two":                {changedBody + changedBody, kind},
		"NUL at the end":     {changedBody + "\x00", kind},
		"deep":               {strings.Repeat(`{"instanceData":`, 60_000), kind},
		"deep and closed":    {strings.Repeat("[", 1<<19) + strings.Repeat("]", 1<<19), kind},
		"no kind":            {`{}`, kind},
		"empty kind":         {`{"typeWebhook":""}`, kind},
		"kind of no type":    {`{"typeWebhook":5}`, kind},
		"two kinds":          {`{"typeWebhook":"other",` + changedBody[1:], kind},
		"no data":            {`{"typeWebhook":"stateInstanceChanged","timestamp":5,"stateInstance":"a"}`, instance},
		"data of no type":    {`{"typeWebhook":"stateInstanceChanged","instanceData":[],"timestamp":5,"stateInstance":"a"}`, instance},
		"data twice":         {`{"instanceData":{"idInstance":2},` + body("1", "5", `"a"`)[1:], instance},
		"data and nonsense":  {`{"instanceData":7,` + body("1", "5", `"a"`)[1:], instance},
		"id null":            {body("null", "5", `"a"`), instance},
		"id negative":        {body("-1", "5", `"a"`), instance},
		"id fraction":        {body("1.5", "5", `"a"`), instance},
		"id exponent":        {body("7.1e9", "5", `"a"`), instance},
		"id 0":               {body("0", "5", `"a"`), instance},
		"id 007":             {body(`"007"`, "5", `"a"`), instance},
		"id of 19":           {body("1234567890123456789", "5", `"a"`), instance},
		"id of 1 MiB":        {body(strings.Repeat("1", 1<<20), "5", `"a"`), instance},
		"id a path":          {body(`"../../secret"`, "5", `"a"`), instance},
		"id in other digits": {body(`"١٢٣"`, "5", `"a"`), instance},
		"time null":          {body("1", "null", `"a"`), timestamp},
		"time 0":             {body("1", "0", `"a"`), timestamp},
		"time negative":      {body("1", "-5", `"a"`), timestamp},
		"time in ms":         {body("1", "1586700690000", `"a"`), timestamp},
		"time of 1 MiB":      {body("1", strings.Repeat("1", 1<<20), `"a"`), timestamp},
		"time object":        {body("1", "{}", `"a"`), timestamp},
		"two times":          {`{"timestamp":4,` + body("1", "5", `"a"`)[1:], timestamp},
		"no state":           {`{"typeWebhook":"stateInstanceChanged","instanceData":{"idInstance":1},"timestamp":5}`, state},
		"state null":         {body("1", "5", "null"), state},
		"state number":       {body("1", "5", "5"), state},
		"state blank":        {body("1", "5", `" \n"`), state},
		"two states":         {`{"stateInstance":"b",` + body("1", "5", `"a"`)[1:], state},
	} {
		n, err := greenapi.ParseNotification([]byte(test.body))
		if err == nil || !strings.Contains(err.Error(), test.want) || len(err.Error()) > 120 || n != (greenapi.Notification{}) {
			t.Errorf("%s: %+v, %v, want an error with %q", name, n, err, test.want)
		}
	}
}

func FuzzParseNotification(f *testing.F) {
	for _, s := range []string{
		changedBody, body(`"1"`, `"5"`, `"a"`), body("1e9", "1.5", "null"), `{"typeWebhook":"a"}`, `{"TYPEwebhook":"stateInstanceChanged"}`,
		`{"instanceData":{"idInstance":1,"idInstance":2}}`, strings.Repeat(`{"instanceData":`, 50), "null", "\x00", `{"typeWebhook":"\ud800"}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		n, err := greenapi.ParseNotification(body)
		shown(t, string(n.State), 64)
		switch {
		case err != nil:
			if n != (greenapi.Notification{}) || len(err.Error()) > 120 {
				t.Errorf("%+v beside %v", n, err)
			}
			return
		case n.Type != greenapi.StateChanged && n.Type != greenapi.OtherNotification:
			t.Errorf("a kind called %q", n.Type)
		case n.Type == greenapi.StateChanged && (n.Instance == "" || n.State == ""):
			t.Errorf("a change without an instance or a state: %+v", n)
		case n.Type == greenapi.OtherNotification && n.State != "":
			t.Errorf("a state with another kind: %+v", n)
		}
		if n.Instance != "" {
			if _, err := monitor.ParseInstanceID(string(n.Instance)); err != nil {
				t.Error(err)
			}
		}
		if !n.At.IsZero() && (n.At.Unix() <= 0 || n.At.Year() > 5200) {
			t.Errorf("at %v", n.At)
		}
	})
}
