package greenapi

import (
	"testing"
	"time"

	"greenwatch/dial"
)

func TestOwnTransports(t *testing.T) {
	t.Parallel()
	reads, acts := newTransports(time.Minute, nil)
	for name, transport := range map[string]*dial.Transport{"reads": reads, "acts": acts} {
		if transport.Proxy != nil {
			t.Errorf("%s: a proxy is asked for", name)
		}
		if transport.Protocols.HTTP2() || transport.Protocols.UnencryptedHTTP2() || !transport.Protocols.HTTP1() {
			t.Errorf("%s: speaks %v", name, transport.Protocols)
		}
		if transport.TLSClientConfig != nil && transport.TLSClientConfig.InsecureSkipVerify {
			t.Errorf("%s: any certificate is taken", name)
		}
	}
	if reads.DisableKeepAlives || !acts.DisableKeepAlives {
		t.Error("connections are kept for acts, or not kept for reads")
	}
}
