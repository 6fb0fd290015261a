package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	authv1 "k8s.io/api/authentication/v1"
	v1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// volumes makes the Pod's volumes on the node and returns their directories (or files) by name.
func volumes(ctx context.Context, client kubernetes.Interface, config Config, pod *v1.Pod) (map[string]string, error) {
	result := map[string]string{}
	for _, volume := range pod.Spec.Volumes {
		dir := filepath.Join(config.Root, "pods", string(pod.UID), "volumes", volume.Name)
		var err error
		switch {
		case volume.HostPath != nil:
			dir, err = volume.HostPath.Path, hostPath(volume.HostPath)
		case volume.EmptyDir != nil:
			err = os.MkdirAll(dir, 0o777)
		case volume.ConfigMap != nil:
			source := volume.ConfigMap
			err = configMapFiles(ctx, client, pod.Namespace, source.Name, source.Items, source.Optional, dir)
		case volume.Secret != nil:
			source := volume.Secret
			err = secretFiles(ctx, client, pod.Namespace, source.SecretName, source.Items, source.Optional, dir)
		case volume.Projected != nil:
			err = projected(ctx, client, config, pod, volume.Projected, dir)
		default:
			err = fmt.Errorf("a kind of volume that the lab does not have")
		}
		if err != nil {
			return nil, fmt.Errorf("volume %s: %w", volume.Name, err)
		}
		result[volume.Name] = dir
	}
	return result, nil
}

func hostPath(source *v1.HostPathVolumeSource) error {
	kind := v1.HostPathUnset
	if source.Type != nil {
		kind = *source.Type
	}
	if _, err := os.Stat(source.Path); err == nil {
		return nil
	}
	switch kind {
	case v1.HostPathFileOrCreate:
		if err := os.MkdirAll(filepath.Dir(source.Path), 0o755); err != nil {
			return err
		}
		return os.WriteFile(source.Path, nil, 0o644)
	case v1.HostPathDirectoryOrCreate, v1.HostPathUnset:
		return os.MkdirAll(source.Path, 0o755)
	}
	return fmt.Errorf("%s is not there", source.Path)
}

func writeItems[T string | []byte](dir string, data map[string]T, items []v1.KeyToPath) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	names := map[string]string{}
	if items == nil {
		for key := range data {
			names[key] = key
		}
	}
	for _, item := range items {
		names[item.Key] = item.Path
	}
	for key, name := range names {
		value, found := data[key]
		if !found {
			continue
		}
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(value), 0o600); err != nil {
			return err
		}
	}
	return nil
}

func configMapFiles(ctx context.Context, client kubernetes.Interface, namespace, name string,
	items []v1.KeyToPath, optional *bool, dir string) error {
	object, err := client.CoreV1().ConfigMaps(namespace).Get(ctx, name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) && optional != nil && *optional {
		return os.MkdirAll(dir, 0o755)
	}
	if err != nil {
		return err
	}
	return writeItems(dir, object.Data, items)
}

func secretFiles(ctx context.Context, client kubernetes.Interface, namespace, name string,
	items []v1.KeyToPath, optional *bool, dir string) error {
	object, err := client.CoreV1().Secrets(namespace).Get(ctx, name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) && optional != nil && *optional {
		return os.MkdirAll(dir, 0o755)
	}
	if err != nil {
		return err
	}
	return writeItems(dir, object.Data, items)
}

func projected(ctx context.Context, client kubernetes.Interface, config Config, pod *v1.Pod,
	volume *v1.ProjectedVolumeSource, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, source := range volume.Sources {
		var err error
		switch {
		case source.ServiceAccountToken != nil:
			err = accountToken(ctx, client, pod, source.ServiceAccountToken, dir)
		case source.ConfigMap != nil:
			ref := source.ConfigMap
			err = configMapFiles(ctx, client, pod.Namespace, ref.Name, ref.Items, ref.Optional, dir)
		case source.Secret != nil:
			ref := source.Secret
			err = secretFiles(ctx, client, pod.Namespace, ref.Name, ref.Items, ref.Optional, dir)
		case source.DownwardAPI != nil:
			fields := map[string]string{}
			for _, item := range source.DownwardAPI.Items {
				if item.FieldRef == nil {
					continue
				}
				if fields[item.Path], err = podField(config, pod, item.FieldRef.FieldPath); err != nil {
					return err
				}
			}
			err = writeItems(dir, fields, nil)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// accountToken writes a bound token. A lab lives for hours, so the token is valid for a day and not rotated.
func accountToken(ctx context.Context, client kubernetes.Interface, pod *v1.Pod,
	source *v1.ServiceAccountTokenProjection, dir string) error {
	seconds := int64(86400)
	request := &authv1.TokenRequest{Spec: authv1.TokenRequestSpec{
		ExpirationSeconds: &seconds,
		BoundObjectRef: &authv1.BoundObjectReference{
			Kind: "Pod", APIVersion: "v1", Name: pod.Name, UID: pod.UID,
		},
	}}
	if source.Audience != "" {
		request.Spec.Audiences = []string{source.Audience}
	}
	answer, err := client.CoreV1().ServiceAccounts(pod.Namespace).CreateToken(
		ctx, pod.Spec.ServiceAccountName, request, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, source.Path), []byte(answer.Status.Token), 0o600)
}
