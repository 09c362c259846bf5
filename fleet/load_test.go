package fleet

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"greenwatch/monitor"
)

const (
	defaultURL = "https://api.green-api.com"
	token      = "0a1b2c3d4e5f60718293a4b5c6d7e8f900112233445566778"
)

// row is an instance and its credential as they come out.
type row struct {
	ID         monitor.InstanceID
	Token, URL string
	Name       string
	Tags       []string
	Pool       string
}

func rows(f *Fleet, credentials []Credential) []row {
	var out []row
	for _, c := range credentials {
		i, _ := f.Instance(c.ID)
		out = append(out, row{c.ID, c.Token.Reveal(), c.URL, i.Name, i.Tags, i.Pool})
	}
	return out
}

func writeFile(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "instances.csv")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLoad(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		entries, file string
		want          []row
	}{
		"nothing": {},
		"only what is required": {
			entries: "1101000001:token-0001",
			want:    []row{{ID: "1101000001", Token: "token-0001", URL: defaultURL, Pool: "1101"}},
		},
		"commas, line breaks, names, urls, 12 digits": {
			entries: "1101000001:token-0001=Shop_Berlin,\n\t710500000002:token-0002@https://7105.api.greenapi.com/=a=b@c:d,," +
				"3100000003:token-0003@https://3100.api.green-api.com/v3",
			want: []row{
				{ID: "1101000001", Token: "token-0001", URL: defaultURL, Name: "Shop_Berlin", Pool: "1101"},
				{ID: "710500000002", Token: "token-0002", URL: "https://7105.api.greenapi.com", Name: "a=b@c:d", Pool: "7105"},
				{ID: "3100000003", Token: "token-0003", URL: "https://3100.api.green-api.com/v3", Pool: "3100"},
			},
		},
		"pools": {
			entries: "1101000001:token-0001@https://API.greenapi.com 1101000002:token-0002@https://9.api.green-api.com " +
				"1101000003:token-0003@http://Proxy.example.com:8443/v3/",
			want: []row{
				{ID: "1101000001", Token: "token-0001", URL: "https://API.greenapi.com", Pool: "1101"},
				{ID: "1101000002", Token: "token-0002", URL: "https://9.api.green-api.com", Pool: "9"},
				{ID: "1101000003", Token: "token-0003", URL: "http://Proxy.example.com:8443/v3", Pool: "proxy.example.com:8443"},
			},
		},
		"file": {
			file: "id,token,url,name,tags\n1101000001,token-0001,,\"Shop \"\"North\"\", Berlin\",vip;de  shop\n1101000002,token-0002\n",
			want: []row{
				{
					ID: "1101000001", Token: "token-0001", URL: defaultURL, Name: `Shop "North", Berlin`,
					Tags: []string{"vip", "de", "shop"}, Pool: "1101",
				},
				{ID: "1101000002", Token: "token-0002", URL: defaultURL, Pool: "1101"},
			},
		},
		"file of a spreadsheet, columns in another order": {
			file: "\ufeffToken , NAME,Id\r\ntoken-0001 , Лавка ,1101000001\r\n\r\n",
			want: []row{{ID: "1101000001", Token: "token-0001", URL: defaultURL, Name: "Лавка", Pool: "1101"}},
		},
		"both add up": {
			entries: "1101000002:token-0002",
			file:    "id,token\n1101000001,token-0001\n",
			want: []row{
				{ID: "1101000002", Token: "token-0002", URL: defaultURL, Pool: "1101"},
				{ID: "1101000001", Token: "token-0001", URL: defaultURL, Pool: "1101"},
			},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := Sources{Entries: tt.entries, URL: defaultURL}
			if tt.file != "" {
				s.File = writeFile(t, tt.file)
			}
			f, credentials, err := Load(s)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, rows(f, credentials)); diff != "" {
				t.Error(diff)
			}
			if len(f.Instances()) != len(credentials) {
				t.Errorf("%d instances, %d credentials", len(f.Instances()), len(credentials))
			}
		})
	}
}

func TestLoadReportsEverything(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		entries, file string
		want          []string // each must be in one problem, in this order
	}{
		"token in the place of the id": {
			entries: token + ":1101000001," + token + " 1101000001",
			want: []string{
				"GREEN_API_INSTANCES, entry 1: the idInstance is missing",
				"GREEN_API_INSTANCES, entry 2: has no ':'",
				"GREEN_API_INSTANCES, entry 3: has no ':'",
			},
		},
		"no or bad token": {
			entries: "1101000001: 1101000002:" + token + "!x 1101000003:short 1101000004:" + strings.Repeat(token, 6),
			want:    []string{"entry 1: the apiTokenInstance", "entry 2: the api", "entry 3: the api", "entry 4: the api"},
		},
		"token in the place of the name": {
			entries: "1101000001:Shop_Berlin=" + token,
			want:    []string{"entry 1: a name, tag or contact looks like a token"},
		},
		"bad id": {
			entries: "0101000001:token-0001 :token-0002 1234567890123456789:token-0003",
			want:    []string{"entry 1: the idInstance", "entry 2: the idInstance", "entry 3: the idInstance"},
		},
		"urls": {
			entries: "1:" + token + "@ftp://x 2:" + token + "@https://api.green-api.com/waInstance2/getStateInstance/" + token +
				" 3:" + token + "@https://x?y=z 4:" + token + "@https://user:" + token + "@x 5:" + token + "@7105" +
				" 6:" + token + "@ 7:" + token + "@http://x:" + token + " 8:" + token + "@https://x/v4",
			want: []string{
				"entry 1: the apiUrl", "entry 2: the apiUrl", "entry 3: the apiUrl", "entry 4: the apiUrl",
				"entry 5: the apiUrl", "entry 6: has nothing behind the '@'", "entry 7: the apiUrl", "entry 8: the apiUrl",
			},
		},
		"several in one entry": {
			entries: "x:y@z=",
			want: []string{
				"entry 1: has nothing behind the '='", "entry 1: the idInstance", "entry 1: the apiToken", "entry 1: the apiUrl",
			},
		},
		"twice, also across the two": {
			entries: "1101000001:token-0001,1101000001:token-0001",
			file:    "id,token\n1101000002,token-0002\n1101000001,token-0001\n1101000002,\n",
			want: []string{
				"GREEN_API_INSTANCES, entry 2: instance 1101000001 is already in GREEN_API_INSTANCES, entry 1;",
				"GREEN_API_INSTANCES_FILE, line 3: instance 1101000001 is already in GREEN_API_INSTANCES, entry 1;",
				"GREEN_API_INSTANCES_FILE, line 4: instance 1101000002 is already in GREEN_API_INSTANCES_FILE, line 2;",
				"GREEN_API_INSTANCES_FILE, line 4: the apiTokenInstance",
			},
		},
		"no header": {
			file: "1101000001," + token + "\n",
			want: []string{"GREEN_API_INSTANCES_FILE, line 1: is no header, or it has columns that are not known: 1, 2;"},
		},
		"header without a token": {file: "id,name\n", want: []string{"line 1: has no column token"}},
		"header with a column twice": {
			file: "id,token,ID\n", want: []string{"line 1: names the column id twice"},
		},
		"empty header": {file: "\n", want: []string{"line 1: has no header"}},
		"rows": {
			file: "id,token,name\n1101000001," + token + ",\"two\nlines\"\n1101000002," + token + ",a,b\n" +
				"1101000003," + token + "\"x,\n1101000004," + token + ",\t\x01\n1101000005," + token + "," + strings.Repeat("n", 65) +
				"\n,,x\n1101000006," + token + ",\"open\n",
			want: []string{
				"line 2: a name, tag or contact is too long or has control", "line 4: has 4 fields; want at most 3",
				"line 5: has a quotation mark out of place", "line 6: a name, tag or contact is too long or has control",
				"line 7: a name, tag or contact is too long", "line 8: the idInstance", "line 8: the apiTokenInstance",
				"line 9: has a quotation mark out of place",
			},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := Sources{Entries: tt.entries, URL: defaultURL}
			if tt.file != "" {
				s.File = writeFile(t, tt.file)
			}
			expectProblems(t, s, tt.want)
		})
	}
}

func expectProblems(t *testing.T, s Sources, want []string) {
	t.Helper()
	f, credentials, err := Load(s)
	problems, ok := errors.AsType[Problems](err)
	if !ok || f != nil || credentials != nil {
		t.Fatalf("got %v, %v, %v", f, credentials, err)
	}
	if len(problems) != len(want) {
		t.Fatalf("%d problems, want %d:\n%v", len(problems), len(want), err)
	}
	for i, part := range want {
		if text := problems[i].Text; !strings.Contains(text, part) || !strings.Contains(text, "want ") {
			t.Errorf("problem %d is %q, want %q in it", i, text, part)
		}
	}
	for i := range len(token) - 8 {
		if part := token[i : i+8]; strings.Contains(err.Error(), part) {
			t.Fatalf("part of the token in the error: %q in\n%v", part, err)
		}
	}
}

func TestLoadReportsWhatIsNotInTheLists(t *testing.T) {
	t.Parallel()
	expectProblems(t, Sources{URL: "api.green-api.com", Entries: "1101000001:" + token},
		[]string{"GREEN_API_URL: the apiUrl"})
	expectProblems(t, Sources{URL: defaultURL, File: "1101000001:" + token}, // the list in the place of the path
		[]string{"GREEN_API_INSTANCES_FILE: cannot be read: no such file or directory"})
	expectProblems(t, Sources{URL: defaultURL, File: t.TempDir()},
		[]string{"GREEN_API_INSTANCES_FILE: cannot be read"})
}

func TestCredentialShowsNoToken(t *testing.T) {
	t.Parallel()
	_, credentials, err := Load(Sources{Entries: "1101000001:" + token, URL: defaultURL})
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := json.Marshal(credentials)
	if err != nil {
		t.Fatal(err)
	}
	shown := fmt.Sprintf("%v %+v %#v", credentials, credentials, credentials[0]) + string(encoded)
	if strings.Contains(shown, token) {
		t.Errorf("the token is shown: %s", shown)
	}
}
