package main

import (
	"context"
	"fmt"
	"strings"

	v1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

const searchPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// environment resolves a container's env. References that are optional and absent are left out.
func environment(ctx context.Context, client kubernetes.Interface, config Config, pod *v1.Pod,
	container v1.Container) ([]string, error) {
	result := []string{searchPath, "HOME=/root", "HOSTNAME=" + pod.Name}
	for _, variable := range container.Env {
		value, found, err := variableValue(ctx, client, config, pod, container, variable)
		if err != nil {
			return nil, fmt.Errorf("env %s: %w", variable.Name, err)
		}
		if found {
			result = append(result, variable.Name+"="+value)
		}
	}
	return result, nil
}

func variableValue(ctx context.Context, client kubernetes.Interface, config Config, pod *v1.Pod,
	container v1.Container, variable v1.EnvVar) (string, bool, error) {
	source := variable.ValueFrom
	switch {
	case source == nil:
		return variable.Value, true, nil
	case source.FieldRef != nil:
		value, err := podField(config, pod, source.FieldRef.FieldPath)
		return value, true, err
	case source.ResourceFieldRef != nil:
		limit, found := container.Resources.Limits[v1.ResourceMemory]
		if found && source.ResourceFieldRef.Resource == "limits.memory" {
			return fmt.Sprint(limit.Value()), true, nil
		}
		// Without a limit the kubelet gives the node's allocatable; unset means no limit as well.
		return "", false, nil
	case source.ConfigMapKeyRef != nil:
		ref := source.ConfigMapKeyRef
		object, err := client.CoreV1().ConfigMaps(pod.Namespace).Get(ctx, ref.Name, metav1.GetOptions{})
		if apierrors.IsNotFound(err) && ref.Optional != nil && *ref.Optional {
			return "", false, nil
		}
		if err != nil {
			return "", false, err
		}
		value, found := object.Data[ref.Key]
		return value, found, nil
	case source.SecretKeyRef != nil:
		ref := source.SecretKeyRef
		object, err := client.CoreV1().Secrets(pod.Namespace).Get(ctx, ref.Name, metav1.GetOptions{})
		if apierrors.IsNotFound(err) && ref.Optional != nil && *ref.Optional {
			return "", false, nil
		}
		if err != nil {
			return "", false, err
		}
		value, found := object.Data[ref.Key]
		return string(value), found, nil
	}
	return "", false, fmt.Errorf("unsupported source")
}

func podField(config Config, pod *v1.Pod, path string) (string, error) {
	switch path {
	case "metadata.name":
		return pod.Name, nil
	case "metadata.namespace":
		return pod.Namespace, nil
	case "metadata.uid":
		return string(pod.UID), nil
	case "spec.nodeName":
		return config.Node, nil
	case "spec.serviceAccountName":
		return pod.Spec.ServiceAccountName, nil
	case "status.hostIP":
		return config.Address, nil
	case "status.podIP":
		return pod.Status.PodIP, nil
	}
	for prefix, values := range map[string]map[string]string{
		"metadata.labels['": pod.Labels, "metadata.annotations['": pod.Annotations,
	} {
		if key, found := strings.CutPrefix(path, prefix); found {
			return values[strings.TrimSuffix(key, "']")], nil
		}
	}
	return "", fmt.Errorf("unsupported field %s", path)
}
