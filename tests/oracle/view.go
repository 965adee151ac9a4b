package main

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

type view = map[string]any

func projectView(project *types.Project) (view, error) {
	services, networks, volumes := view{}, view{}, view{}
	for name, service := range project.Services {
		services[name] = serviceView(service)
	}
	for name, network := range project.Networks {
		subnets := []view{}
		for _, pool := range network.Ipam.Config {
			if pool.Subnet+pool.Gateway+pool.IPRange != "" {
				subnets = append(subnets, view{"subnet": text(pool.Subnet), "gateway": text(pool.Gateway), "ip_range": text(pool.IPRange)})
			}
		}
		ipv6 := network.EnableIPv6 != nil && *network.EnableIPv6
		networks[name] = view{"name": network.Name, "external": bool(network.External), "driver": text(network.Driver),
			"driver_opts": pairs(network.DriverOpts), "internal": network.Internal, "labels": pairs(network.Labels), "ipv6": ipv6, "subnets": subnets}
	}
	for name, volume := range project.Volumes {
		volumes[name] = view{"name": volume.Name, "external": bool(volume.External), "driver": text(volume.Driver),
			"driver_opts": pairs(volume.DriverOpts), "labels": pairs(volume.Labels)}
	}
	configs, secrets := view{}, view{}
	for name, config := range project.Configs {
		content, err := contentOf(types.FileObjectConfig(config))
		if err != nil {
			return nil, err
		}
		configs[name] = content
	}
	for name, secret := range project.Secrets {
		content, err := contentOf(types.FileObjectConfig(secret))
		if err != nil {
			return nil, err
		}
		secrets[name] = content
	}
	return view{"services": services, "networks": networks, "volumes": volumes, "configs": configs, "secrets": secrets}, nil
}

func contentOf(source types.FileObjectConfig) (string, error) {
	if source.External {
		return "", fmt.Errorf("external, in swarm only")
	}
	if source.File == "" {
		return source.Content, nil
	}
	content, err := os.ReadFile(source.File)
	return string(content), err
}

func serviceView(service types.ServiceConfig) view {
	environment := map[string]string{}
	for name, value := range service.Environment {
		if value != nil {
			environment[name] = *value
		}
	}
	dependencies, networks, ulimits := view{}, view{}, view{}
	for name, dependency := range service.DependsOn {
		dependencies[name] = fmt.Sprintf("%s required=%t", dependency.Condition, dependency.Required)
	}
	for name, network := range service.Networks {
		at := view{"aliases": []string{}, "ipv4_address": nil, "ipv6_address": nil}
		if network != nil {
			at = view{"aliases": append([]string{}, network.Aliases...), "ipv4_address": text(network.Ipv4Address),
				"ipv6_address": text(network.Ipv6Address)}
		}
		networks[name] = at
	}
	// The gate puts a service without a network of its own on the project's, and says so.
	if mode := service.NetworkMode; len(networks) == 0 && slices.Contains([]string{"", "bridge", "default", "none"}, mode) {
		networks["default"] = view{"aliases": []string{}, "ipv4_address": nil, "ipv6_address": nil}
	}
	// A service has its own name anyway.
	links := map[string]string{}
	for _, link := range service.Links {
		if linked, alias, found := strings.Cut(link, ":"); found && alias != linked {
			links[alias] = linked
		}
	}
	for name, limit := range service.Ulimits {
		if limit.Single != 0 || (limit.Soft == 0 && limit.Hard == 0) {
			ulimits[name] = []int{limit.Single, limit.Single}
		} else {
			ulimits[name] = []int{limit.Soft, limit.Hard}
		}
	}
	replicas, memory, cpus, pids := 1, int64(service.MemLimit), service.CPUS, service.PidsLimit
	if service.Scale != nil {
		replicas = *service.Scale
	}
	if deploy := service.Deploy; deploy != nil {
		if deploy.Replicas != nil {
			replicas = *deploy.Replicas
		}
		if limits := deploy.Resources.Limits; limits != nil {
			memory, cpus, pids = or(memory, int64(limits.MemoryBytes)), or(cpus, float32(limits.NanoCPUs)), or(pids, limits.Pids)
		}
	}
	// What pulls or builds by age pulls once here, and the gate says so.
	pull := service.PullPolicy
	if pull == "" || slices.Contains([]string{"build", "refresh", "daily", "weekly"}, pull) || strings.HasPrefix(pull, "every_") {
		pull = "missing"
	}
	restart := restartOf(service)
	switch restart {
	case "":
		restart = "no"
	case "on-failure":
		restart = "on-failure:0"
	}
	return view{
		"image": service.Image, "command": words(service.Command), "entrypoint": words(service.Entrypoint),
		"environment": environment, "labels": pairs(service.Labels), "depends_on": dependencies,
		"healthcheck": healthcheck(service.HealthCheck), "networks": networks, "ports": ports(service.Ports),
		"expose": sorted(service.Expose), "volumes": mounts(service.Volumes), "tmpfs": list(service.Tmpfs),
		"configs": configs(service.Configs), "secrets": secrets(service.Secrets), "replicas": replicas,
		"memory": memory, "cpus": strconv.FormatFloat(float64(cpus), 'f', -1, 32), "pids": pids,
		"stop_grace_period": nanos(service.StopGracePeriod), "stop_signal": text(service.StopSignal), "init": service.Init,
		"ulimits": ulimits, "extra_hosts": sorted(service.ExtraHosts.AsList(":")), "hostname": text(service.Hostname),
		"container_name": text(service.ContainerName), "user": text(service.User), "working_dir": text(service.WorkingDir),
		"restart": restart, "cap_add": list(service.CapAdd), "cap_drop": list(service.CapDrop),
		"security_opt": list(service.SecurityOpt), "sysctls": pairs(service.Sysctls), "read_only": service.ReadOnly,
		"shm_size": int64(service.ShmSize), "platform": text(service.Platform), "pull_policy": pull,
		"stdin_open": service.StdinOpen, "tty": service.Tty, "links": links, "dns": list(service.DNS),
		"dns_search": list(service.DNSSearch), "dns_options": list(service.DNSOpts), "groups": list(service.GroupAdd),
		"domainname": text(service.DomainName),
	}
}

// The policy that compose gives to the engine (getRestartPolicy in its pkg/compose/create.go): the one of deploy wins.
func restartOf(service types.ServiceConfig) string {
	if service.Deploy == nil || service.Deploy.RestartPolicy == nil {
		return service.Restart
	}
	policy := service.Deploy.RestartPolicy
	switch policy.Condition {
	case "none":
		return "no"
	case "any":
		return "always"
	case "on-failure":
		if policy.MaxAttempts != nil {
			return fmt.Sprintf("on-failure:%d", *policy.MaxAttempts)
		}
	}
	return policy.Condition
}

func healthcheck(check *types.HealthCheckConfig) any {
	if check == nil {
		return nil
	}
	if check.Disable || (len(check.Test) > 0 && check.Test[0] == "NONE") {
		return "NONE"
	}
	return view{"test": list(check.Test), "interval": nanos(check.Interval), "timeout": nanos(check.Timeout),
		"retries": check.Retries, "start_period": nanos(check.StartPeriod), "start_interval": nanos(check.StartInterval)}
}

func ports(ports []types.ServicePortConfig) []string {
	all := []string{}
	for _, port := range ports {
		published, protocol := port.Published, port.Protocol
		// Of a range for one port the engine chooses, and the gate lets it choose any.
		if published == "0" || strings.Contains(published, "-") {
			published = ""
		}
		if protocol == "" {
			protocol = "tcp"
		}
		all = append(all, fmt.Sprintf("%s:%s:%d/%s", port.HostIP, published, port.Target, protocol))
	}
	return sorted(all)
}

func mounts(mounts []types.ServiceVolumeConfig) []string {
	all := []string{}
	for _, mount := range mounts {
		source, mode := mount.Source, "rw"
		if mount.ReadOnly {
			mode = "ro"
		}
		switch {
		case mount.Type == "tmpfs" && mount.Tmpfs != nil && mount.Tmpfs.Size > 0:
			source = fmt.Sprintf("%d", mount.Tmpfs.Size)
		case source == "":
			source = "none"
		}
		all = append(all, fmt.Sprintf("%s %s:%s:%s", mount.Type, source, mount.Target, mode))
	}
	return sorted(all)
}

func configs(files []types.ServiceConfigObjConfig) []string {
	all := []string{}
	for _, file := range files {
		all = append(all, fileMount(types.FileReferenceConfig(file), ""))
	}
	return sorted(all)
}

func secrets(files []types.ServiceSecretConfig) []string {
	all := []string{}
	for _, file := range files {
		all = append(all, fileMount(types.FileReferenceConfig(file), "/run/secrets"))
	}
	return sorted(all)
}

func fileMount(file types.FileReferenceConfig, folder string) string {
	target, mode := file.Target, int64(0o444)
	if target == "" {
		target = file.Source
	}
	if !strings.HasPrefix(target, "/") {
		target = folder + "/" + target
	}
	if file.Mode != nil {
		mode = int64(*file.Mode)
	}
	return fmt.Sprintf("%s %s %s:%s %o", file.Source, target, or(file.UID, "0"), or(file.GID, "0"), mode)
}

func words(command types.ShellCommand) any {
	if command == nil {
		return nil
	}
	return []string(command)
}

func nanos(duration *types.Duration) any {
	if duration == nil {
		return nil
	}
	return int64(*duration)
}

// What is empty says nothing.
func text(value string) any {
	if value == "" {
		return nil
	}
	return value
}

func pairs[M ~map[string]string](all M) map[string]string {
	if all == nil {
		return map[string]string{}
	}
	return all
}

func list[L ~[]string](all L) []string {
	return append([]string{}, all...)
}

func sorted[L ~[]string](all L) []string {
	texts := list(all)
	slices.Sort(texts)
	return slices.Compact(texts)
}

func or[T comparable](first, second T) T {
	var zero T
	if first == zero {
		return second
	}
	return first
}
