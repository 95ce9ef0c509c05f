// Command oracle loads Compose files with compose-go, the library that Docker Compose uses, and prints the result.
//
//	oracle [-raw] [-e NAME=VALUE]... [-profile NAME]... FILE...
//
// prints the model of the project as JSON, or the error (exit status 1). Without files, it answers requests until standard
// input ends, one JSON object on each line:
//
//	{"files": ["a.yaml", "b.yaml"], "mode": "full", "profiles": ["debug"], "environment": {"TAG": "1"}}
//	{"files": ["a.yaml", "b.yaml"], "mode": "full", "ok": true, "model": {...}}
//	{"files": ["a.yaml", "b.yaml"], "mode": "full", "ok": false, "error": "..."}
//
// Mode "full" corresponds to "docker compose config"; mode "raw" keeps variables, paths and env files, and adds nothing.
//
// Answers do not depend on the machine: the project is called "project", its directory (that of the first file) is printed
// as ${PROJECT_DIR}, and the only variables are HOME=/home/user, PWD, those of the request, and those of the .env file.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/sirupsen/logrus"
)

const (
	modeFull = "full"
	modeRaw  = "raw"

	home        = "/home/user"
	projectName = "project"
	placeholder = "${PROJECT_DIR}"
)

// Request names the files of a project and how to load them.
type Request struct {
	Files       []string          `json:"files"`
	Mode        string            `json:"mode"`
	Profiles    []string          `json:"profiles,omitempty"`
	Environment map[string]string `json:"environment,omitempty"`
}

// Answer repeats the files and the mode of a request, with the model or the error.
type Answer struct {
	Files []string        `json:"files"`
	Mode  string          `json:"mode"`
	OK    bool            `json:"ok"`
	Model json.RawMessage `json:"model,omitempty"`
	Error string          `json:"error,omitempty"`
}

func main() {
	logrus.SetOutput(io.Discard)
	// Paths that start with "~" are resolved with the variable of the process.
	if err := os.Setenv("HOME", home); err != nil {
		fail(2, err)
	}
	request := fromArguments()
	if len(request.Files) == 0 {
		if err := serve(os.Stdin, os.Stdout); err != nil {
			fail(2, err)
		}
		return
	}
	answer := request.answer()
	if !answer.OK {
		fail(1, errors.New(answer.Error))
	}
	fmt.Println(string(answer.Model))
}

func fail(status int, err error) {
	fmt.Fprintln(os.Stderr, "oracle:", err)
	os.Exit(status)
}

func fromArguments() Request {
	request := Request{Mode: modeFull, Environment: map[string]string{}}
	flag.BoolFunc("raw", "keep variables, paths and env files", func(string) error {
		request.Mode = modeRaw
		return nil
	})
	flag.Func("e", "set a variable: `NAME=VALUE`", func(text string) error {
		name, value, found := strings.Cut(text, "=")
		if !found {
			return errors.New("expected NAME=VALUE")
		}
		request.Environment[name] = value
		return nil
	})
	flag.Func("profile", "enable a profile: `NAME`", func(name string) error {
		request.Profiles = append(request.Profiles, name)
		return nil
	})
	flag.Parse()
	request.Files = flag.Args()
	return request
}

// serve answers requests until the input ends.
func serve(input io.Reader, output io.Writer) error {
	requests, answers := json.NewDecoder(input), json.NewEncoder(output)
	answers.SetEscapeHTML(false)
	for {
		var request Request
		switch err := requests.Decode(&request); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("invalid request: %w", err)
		case len(request.Files) == 0:
			return errors.New("invalid request: no files")
		case request.Mode != modeFull && request.Mode != modeRaw:
			return fmt.Errorf("invalid request: unknown mode %q", request.Mode)
		}
		if err := answers.Encode(request.answer()); err != nil {
			return err
		}
	}
}

// answer loads the project. The library panics on some malformed files, which counts as a refusal.
func (request Request) answer() (answer Answer) {
	answer = Answer{Files: request.Files, Mode: request.Mode}
	directory, err := filepath.Abs(filepath.Dir(request.Files[0]))
	if err != nil {
		answer.Error = err.Error()
		return answer
	}
	defer func() {
		if problem := recover(); problem != nil {
			err = fmt.Errorf("panic: %v", problem)
		}
		if err != nil {
			answer.Error = strings.ReplaceAll(err.Error(), directory, placeholder)
		}
	}()
	var model []byte
	if model, err = request.model(directory); err == nil {
		answer.OK, answer.Model = true, []byte(strings.ReplaceAll(string(model), directory, placeholder))
	}
	return answer
}

func (request Request) model(directory string) ([]byte, error) {
	complete := request.Mode == modeFull
	variables := map[string]string{"HOME": home, "PWD": directory}
	maps.Copy(variables, request.Environment)
	environment := make([]string, 0, len(variables))
	for name, value := range variables {
		environment = append(environment, name+"="+value)
	}
	options, err := cli.NewProjectOptions(
		request.Files,
		cli.WithName(projectName),
		cli.WithWorkingDirectory(directory),
		cli.WithEnv(environment),
		cli.WithEnvFiles(),
		cli.WithDotEnv,
		cli.WithDefaultProfiles(request.Profiles...),
		cli.WithInterpolation(complete),
		cli.WithNormalization(complete),
		cli.WithResolvedPaths(complete),
		cli.WithDiscardEnvFile,
		cli.WithLoadOptions(func(options *loader.Options) { options.SkipResolveEnvironment = !complete }),
	)
	if err != nil {
		return nil, err
	}
	project, err := options.LoadProject(context.Background())
	if err != nil {
		return nil, err
	}
	return project.MarshalJSON()
}
