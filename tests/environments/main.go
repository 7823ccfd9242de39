// Evaluates environment definitions with the upstream evaluator, to compare with.
//
// Each line of the standard input is a JSON object: the definition's source, and the sources of what it can
// import, by name. Each line of the output is what came out, in the same order.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/pulumi/pulumi/sdk/v3/go/common/esc"
	"github.com/pulumi/pulumi/sdk/v3/go/common/esc/eval"
	"github.com/pulumi/pulumi/sdk/v3/go/common/esc/schema"
	"github.com/pulumi/pulumi/sdk/v3/go/common/esc/syntax"
)

// A document to evaluate.
type document struct {
	Source  string            `json:"source"`
	Imports map[string]string `json:"imports"`
}

// What came out. Values are absent after a panic, and where there is nothing to evaluate.
type outcome struct {
	Load     bool     `json:"load"`
	Check    bool     `json:"check"`
	Open     bool     `json:"open"`
	Checked  any      `json:"checked"`
	Redacted any      `json:"redacted"`
	Revealed any      `json:"revealed"`
	Messages []string `json:"messages,omitempty"`
	Panic    string   `json:"panic,omitempty"`
}

type environments map[string]string

func (e environments) LoadEnvironment(_ context.Context, name string) ([]byte, string, eval.Decrypter, error) {
	source, ok := e[name]
	if !ok {
		return nil, "", nil, fmt.Errorf("environment %q not found", name)
	}
	return []byte(source), name, rot128{}, nil
}

func (e environments) AuthorizeImport(_ context.Context, _, _ string, _ bool) error {
	return nil
}

// rot128 adds 128 to each byte.
type rot128 struct{}

func (rot128) Decrypt(_ context.Context, value []byte) ([]byte, error) {
	decrypted := make([]byte, len(value))
	for i, b := range value {
		decrypted[i] = b + 128
	}
	return decrypted, nil
}

// A function of its inputs.
type function struct {
	inputs *schema.Schema
	open   func(inputs map[string]esc.Value) (esc.Value, error)
}

func (f function) Schema() (*schema.Schema, *schema.Schema) {
	return f.inputs, schema.Always()
}

func (f function) Open(_ context.Context, inputs map[string]esc.Value, _ esc.EnvExecContext) (esc.Value, error) {
	return f.open(inputs)
}

type providers struct{}

func (providers) LoadProvider(_ context.Context, name string) (esc.Provider, error) {
	switch name {
	case "test":
		return function{schema.Always(), func(inputs map[string]esc.Value) (esc.Value, error) {
			return esc.NewValue(inputs), nil
		}}, nil
	case "secret-wrapper":
		return function{schema.Always(), func(inputs map[string]esc.Value) (esc.Value, error) {
			return esc.Value{Value: inputs, Secret: true}, nil
		}}, nil
	case "error":
		why := schema.Record(schema.BuilderMap{"why": schema.String()}).Schema()
		return function{why, func(inputs map[string]esc.Value) (esc.Value, error) {
			return esc.Value{}, errors.New(inputs["why"].Value.(string))
		}}, nil
	}
	return nil, fmt.Errorf("unknown provider %q", name)
}

func (providers) LoadRotator(_ context.Context, name string) (esc.Rotator, error) {
	return nil, fmt.Errorf("unknown rotator %q", name)
}

func evaluate(input document) (result outcome) {
	defer func() {
		if problem := recover(); problem != nil {
			result = outcome{Panic: fmt.Sprint(problem)}
		}
	}()
	env, diags, err := eval.LoadYAMLBytes("p/test", []byte(input.Source))
	if err != nil {
		return outcome{Load: true}
	}
	result.Load = diags.HasErrors()
	result.add(diags)
	if env == nil {
		return result
	}
	ctx, loader := context.Background(), environments(input.Imports)
	user := esc.NewValue(map[string]esc.Value{"id": esc.NewValue("USER_123")})
	execContext, err := esc.NewExecContext(map[string]esc.Value{
		"pulumi": esc.NewValue(map[string]esc.Value{"user": user}),
	})
	if err != nil {
		panic(err)
	}
	options := eval.EvalOptions{TraceMode: eval.TraceModeNone}
	checked, diags := eval.CheckEnvironment(
		ctx, "p/test", env, rot128{}, providers{}, loader, execContext, false, options)
	result.Check = diags.HasErrors()
	result.add(diags)
	opened, diags := eval.EvalEnvironment(
		ctx, "p/test", env, rot128{}, providers{}, loader, execContext, options)
	result.Open = diags.HasErrors()
	result.add(diags)
	if checked != nil {
		result.Checked = esc.NewValue(checked.Properties).ToJSON(true)
	}
	if opened != nil {
		result.Redacted = esc.NewValue(opened.Properties).ToJSON(true)
		result.Revealed = esc.NewValue(opened.Properties).ToJSON(false)
	}
	return result
}

func (o *outcome) add(diags syntax.Diagnostics) {
	for _, diag := range diags {
		o.Messages = append(o.Messages, diag.Summary)
	}
}

func main() {
	lines := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	decoder, encoder := json.NewDecoder(lines), json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for decoder.More() {
		var input document
		if err := decoder.Decode(&input); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if err := encoder.Encode(evaluate(input)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}
