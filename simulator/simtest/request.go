package simtest

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"greenwatch/simulator/botapi"
)

// request makes one object of a request's parts and holds it against the definition of its method.
func (s *schemas) request(r botapi.Request) error {
	name, ok := s.names[strings.ToLower(r.Method)]
	if !ok {
		if len(r.Params)+len(r.Files) > 0 {
			return errors.New("a method without parameters, or none that the schema knows")
		}
		return nil
	}
	definition, _ := s.requests[name].(map[string]any)
	properties, _ := definition["properties"].(map[string]any)
	object := map[string]any{}
	for field, text := range r.Params {
		value, err := s.value(properties[field], text)
		if err != nil {
			return fmt.Errorf("%s: %w", field, err)
		}
		if value != nil {
			object[field] = value
		}
	}
	attached := fmt.Sprint(r.Params)
	for part := range r.Files {
		if !strings.Contains(attached, "attach://"+part) {
			object[part] = "attach://" + part
		}
	}
	return s.match(requestSchema, name, object)
}

// value reads one parameter: text where the property is a string, else JSON; null is none.
func (s *schemas) value(property any, text string) (any, error) {
	if property == nil {
		return text, nil // unknown: the definition refuses it by name
	}
	if s.isText(property) {
		return text, nil
	}
	if text == "null" {
		return nil, nil // the library sends null for what is not there
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(text)))
	if err != nil {
		if s.mayBeText(property) {
			return text, nil
		}
		return nil, fmt.Errorf("no JSON: %q", text)
	}
	if _, isString := value.(string); isString && s.mayBeText(property) {
		return text, nil
	}
	return value, nil
}

// isText says whether a property is a string or one of several strings, and nothing but a file besides.
func (s *schemas) isText(property any) bool {
	p, _ := s.resolve(property).(map[string]any)
	if p["type"] == "string" {
		return true
	}
	alternatives, _ := p["anyOf"].([]any)
	for _, a := range alternatives {
		if other, _ := a.(map[string]any); other["type"] == "string" {
			return true
		}
	}
	return false
}

// mayBeText says whether a property may be a string besides other things: chat_id.
func (s *schemas) mayBeText(property any) bool {
	p, _ := s.resolve(property).(map[string]any)
	types, _ := p["type"].([]any)
	for _, t := range types {
		if t == "string" {
			return true
		}
	}
	return false
}

func (s *schemas) resolve(property any) any {
	p, _ := property.(map[string]any)
	ref, ok := p["$ref"].(string)
	if !ok {
		return property
	}
	name := ref[strings.LastIndexByte(ref, '/')+1:]
	return s.requests[name]
}
