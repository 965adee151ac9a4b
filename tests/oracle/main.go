// What compose reads: cases from standard input, one JSON object a line, and the project of each on standard output.
//
// The loader is the one of `docker compose`. The answer is brought to the plain view that crates/compose-file/tests/it/compose_oracle.rs makes of the
// gate's own project, so that the two can be compared as texts.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/sirupsen/logrus"
)

// Case is one project: its files by name, and which of them are compose files, the lowest first.
type Case struct {
	Files    map[string]string `json:"files"`
	Compose  []string          `json:"compose"`
	Env      map[string]string `json:"env"`
	Profiles []string          `json:"profiles"`
}

// Answer is a project in the plain view, or why there is none.
type Answer struct {
	Project map[string]any `json:"project,omitempty"`
	Error   string         `json:"error,omitempty"`
}

// The folder that every case seems to stand in.
const base = "/base"

func main() {
	logrus.SetLevel(logrus.PanicLevel)
	if err := os.Setenv("HOME", "/home/jo"); err != nil {
		panic(err)
	}
	var lines []string
	input := bufio.NewScanner(os.Stdin)
	input.Buffer(nil, 64<<20)
	for input.Scan() {
		lines = append(lines, input.Text())
	}
	if err := input.Err(); err != nil {
		panic(err)
	}
	answers := make([]string, len(lines))
	next := make(chan int)
	var workers sync.WaitGroup
	for range runtime.NumCPU() {
		workers.Go(func() {
			for index := range next {
				answers[index] = answer(lines[index])
			}
		})
	}
	for index := range lines {
		next <- index
	}
	close(next)
	workers.Wait()
	output := bufio.NewWriter(os.Stdout)
	for _, line := range answers {
		fmt.Fprintln(output, line)
	}
	if err := output.Flush(); err != nil {
		panic(err)
	}
}

func answer(line string) (text string) {
	folder, err := os.MkdirTemp("", "oracle")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	var answer Answer
	var asked Case
	if err := json.Unmarshal([]byte(line), &asked); err != nil {
		panic(err)
	}
	if answer.Project, err = load(folder, asked); err != nil {
		answer = Answer{Error: err.Error()}
	}
	encoded, err := json.Marshal(answer)
	if err != nil {
		panic(err)
	}
	return strings.ReplaceAll(string(encoded), folder, base)
}

// A panic of the loader is its answer too.
func load(folder string, asked Case) (view map[string]any, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			view, err = nil, fmt.Errorf("panic: %v", cause)
		}
	}()
	for name, text := range asked.Files {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return nil, err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return nil, err
		}
	}
	var configs, env []string
	for _, name := range asked.Compose {
		configs = append(configs, filepath.Join(folder, name))
	}
	for name, value := range asked.Env {
		env = append(env, name+"="+value)
	}
	options, err := cli.NewProjectOptions(configs,
		cli.WithWorkingDirectory(folder),
		cli.WithEnv(env),
		cli.WithEnvFiles(),
		cli.WithDotEnv,
		cli.WithDefaultProfiles(asked.Profiles...),
		cli.WithName("gate"),
		cli.WithResolvedPaths(true),
		cli.WithoutUnnecessaryResources,
	)
	if err != nil {
		return nil, err
	}
	project, err := options.LoadProject(context.Background())
	if err != nil {
		return nil, err
	}
	return projectView(project)
}
