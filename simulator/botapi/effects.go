package botapi

import (
	"encoding/json"
	"net/http"
)

// Migrated refuses as a group does that became a supergroup.
func Migrated(to int64) Effect {
	return instead("migrated", failed(&apiError{code: 400, text: migratedText, migratedTo: to}))
}

// Wrong says ok, with a result that is not the method's.
func Wrong(result string) Effect {
	return instead("wrong", answer{
		status: http.StatusOK, result: json.RawMessage(result), body: []byte(`{"ok":true,"result":` + result + `}`),
	})
}
