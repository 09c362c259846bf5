package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"greenwatch/simulator/instanceapi"
)

func TestDoctorLooksAtTheNotifications(t *testing.T) {
	t.Parallel()
	w := newWard(t)
	w.green = instanceapi.New(instanceapi.Options{RebootTime: 1}) // settings hold at once
	ids := []string{"7105000001", "7105000002", "7105000003"}
	list := "id,token,notifications\n"
	for n, id := range ids {
		if err := w.green.Add(instanceapi.Instance{ID: id, Token: instanceapi.Secret(apiToken(id))}); err != nil {
			t.Fatal(err)
		}
		list += id + "," + apiToken(id) + "," + []string{"HTTP-API-exclusive", "http-api-exclusive", ""}[n] + "\n"
	}
	w.settings["GREEN_API_URL"] = w.serve(w.green)
	w.settings["GREEN_API_INSTANCES"], w.settings["GREEN_API_INSTANCES_FILE"] = "", filepath.Join(w.dir, "instances.csv")
	if err := os.WriteFile(w.settings["GREEN_API_INSTANCES_FILE"], []byte(list), 0o600); err != nil {
		t.Fatal(err)
	}
	for id, body := range map[string]string{ids[0]: `{"stateWebhook":"yes"}`, ids[1]: `{"incomingWebhook":"yes","webhookUrl":"https://crm.example"}`} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.settings["GREEN_API_URL"]+"/waInstance"+id+"/setSettings/"+apiToken(id), strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(r)
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatal(err, resp)
		}
		_ = resp.Body.Close()
	}
	said, failed := w.examine()
	w.wants(said,
		"FAIL  inbox      7105000002: its notifications cannot be read: a webhookUrl is set; stateWebhook is off; also on: incomingWebhook\n +-> put that right",
		"ok    inbox      the notifications of 1 of 2 can be read")
	if failed != 1 {
		t.Errorf("%d failures:\n%s", failed, said)
	}
}
