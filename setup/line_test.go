package setup

import "testing"

func TestReadLine(t *testing.T) {
	t.Parallel()
	const id, token, host = "7103000001", "a1b2c3d4e5f6a1b2c3d4e5f6", "https://7103.api.greenapi.com"
	whole := line{id: id, token: token}
	for text, want := range map[string]line{
		id + " " + token:                     whole,
		id + ":" + token:                     whole,
		id + "," + token + ",":               whole,
		"`" + id + "`\t'" + token + "'":      whole,
		id + " " + token + " Shop in Berlin": {id: id, token: token, name: "Shop_in_Berlin"},
		host + "/ https://7103.media.greenapi.com " + id + " " + token:                                     {id: id, token: token, url: host},
		"apiUrl: " + host + " idInstance: " + id + " apiTokenInstance: " + token:                           {id: id, token: token, url: host},
		"mediaUrl:https://media.green-api.com idInstance:" + id + " apiTokenInstance:" + token + " Shop 2": {id: id, token: token, name: "Shop_2"},
		id:             {id: id},
		"what is this": {name: "what_is_this"},
		"":             {},
	} {
		if got := readLine(text); got != want {
			t.Errorf("%q is read as id %q, url %q, name %q", text, got.id, got.url, got.name)
		}
	}
	if got := (line{"1", "t", "https://x", "n"}).entry(); got != "1:t@https://x=n" {
		t.Errorf("an entry reads %s", got)
	}
}

func TestUnwrapped(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{" 'a' \n": "a", `"a`: `"a`, "“a b”": "a b", "": "", `"`: `"`, "''": ""} {
		if got := unwrapped(text); got != want {
			t.Errorf("%q is read as %q, want %q", text, got, want)
		}
	}
	if got := printable("a\x1b[2Jb\u202e\n"); got != "a[2Jb" {
		t.Errorf("a terminal would be shown %q", got)
	}
}
