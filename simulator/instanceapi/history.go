package instanceapi

import (
	"encoding/json"
	"slices"
	"strconv"
)

// getStateInstanceHistory knows three states only, newest first. The page shows count in the body of a GET, a client
// of the vendor's sends it in the query (https://green-api.com/en/docs/api/account/GetStateInstanceHistory/).
func (s *Server) getStateInstanceHistory(c *call) answer {
	count, good := historyCount(c)
	if !good {
		return s.bad("Validation failed. Details: 'count' must be a positive number")
	}
	entries := []map[string]any{}
	for _, st := range slices.Backward(c.in.past) {
		if len(entries) == count {
			break
		}
		entries = append(entries, map[string]any{
			"stateInstance": st.state, "timestamp": st.at.Unix(), "phoneNumber": c.in.phone() + "@c.us",
		})
	}
	return ok(entries)
}

func historyCount(c *call) (count int, good bool) {
	asked := struct {
		Count int `json:"count"`
	}{Count: 100}
	var err error
	if c.query.Has("count") {
		asked.Count, err = strconv.Atoi(c.query.Get("count"))
	} else if len(c.body) > 0 {
		err = json.Unmarshal(c.body, &asked)
	}
	return asked.Count, err == nil && asked.Count > 0
}
