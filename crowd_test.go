package main

import "greenwatch/simulator/botapi"

// taps presses without waiting for the answer.
func (h *house) taps(chat int64, message int, data string) *botapi.Tap {
	h.t.Helper()
	tap, err := h.telegram.PressData(chat, message, data, operator)
	if err != nil {
		h.t.Fatal(err)
	}
	return tap
}
