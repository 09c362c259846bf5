package telegram

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseProxy(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"socks5://h", "socks5h://h:1080", "http://h:3128/", "HTTPS://H:443", "http://[::1]:80",
		"socks5://user@h:1", "http://" + userInfo + "h:1", "socks5://u:p%2C%20%23@h:1",
	} {
		p, err := ParseProxy(s)
		want, _ := url.Parse(s)
		if err != nil || !cmp.Equal(p.url(), want, cmp.AllowUnexported(url.Userinfo{})) {
			t.Errorf("%s: %v", s, err)
		}
	}
	for _, s := range []string{"direct", "Direct"} {
		if p, err := ParseProxy(s); err != nil || p.url() != nil {
			t.Errorf("%s: %v", s, err)
		}
	}
}

func TestParseProxyRejects(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"", "h:1080", "1.2.3.4:1080", "u:misplaced@h:1", "socks://h", "socks4://h:1", "ftp://h", "socks5://", "http://:80",
		"http://h:99999", "http://h:x", "http://u:mis#placed@h:1", "http://u:mis/placed@h:1", "http://u:mis?placed@h:1",
		"http://u:misplaced%zz@h:1", "http://h/path", "http://h?misplaced", "http://h#misplaced", "socks5://:misplaced@h:1",
		"socks5://u:" + strings.Repeat("misplaced", 30) + "@h:1", "tg://socks?server=h&port=1&user=u&pass=misplaced", "direct://",
	} {
		if _, err := ParseProxy(s); err == nil || errors.Is(err, ErrMTProto) || strings.Contains(err.Error(), "placed") {
			t.Errorf("%s: %v", s, err)
		}
	}
	for _, s := range []string{
		"tg://proxy?server=h&port=443&secret=misplaced", "TG:proxy?server=h", "https://t.me/proxy?server=h&port=443&secret=misplaced",
		"http://www.telegram.me/proxy?server=h", "t.me/proxy?server=h", "https://telegram.dog/proxy", "mtproto://misplaced@h:443", "mtproxy://h:443",
	} {
		if _, err := ParseProxy(s); !errors.Is(err, ErrMTProto) || strings.Contains(err.Error(), "placed") {
			t.Errorf("%s: %v", s, err)
		}
	}
}

func TestProxyShowsNothing(t *testing.T) {
	t.Parallel()
	p, err := ParseProxy("socks5://" + userInfo + "proxyhost:1080")
	if err != nil {
		t.Fatal(err)
	}
	list := struct{ Proxies []Proxy }{[]Proxy{p}}
	encoded, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	log := &logged{}
	slog.New(slog.NewJSONHandler(log, nil)).Info("x", slog.Any("proxy", p), slog.Any("list", list))
	c, _ := newProxied(t, "", "socks5://"+userInfo+"proxyhost:1080")
	mustNotShow(t, fmt.Sprintf("%v %+v %#v %v %+v %#v %v %+v %#v", p, p, p, list, list, list, c, c, c)+string(encoded)+log.String(),
		append(proxySecrets, "proxyhost")...)
}
