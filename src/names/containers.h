/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Id of a container -> its name, from the state that engines keep on disk. No engine's socket is
 * asked. Read are, below `root`, only regular files that root owns:
 *
 *   docker      /var/lib/docker/containers/ID/config.v2.json
 *   podman      /var/lib/containers/storage/DRIVER-containers/{,volatile-}containers.json
 *   cri-o       /run/containers/storage/overlay-containers/ID/userdata/config.json
 *   containerd  /run/containerd/io.containerd.runtime.v2.task/{k8s.io,default,moby}/ID/config.json
 *   kubelet     /var/log/containers/POD_NAMESPACE_CONTAINER-ID.log
 *               /var/log/pods/NAMESPACE_POD_UID
 */
#ifndef NAMES_CONTAINERS_H
#define NAMES_CONTAINERS_H

#include <stdint.h>

struct containers; /* opaque; remembers what it was asked for */

/* `root` is "" or a folder that holds a tree as above; it must outlive the result. 0 or -ENOMEM. */
int containers_new(const char *root, struct containers **ret_containers);
void containers_free(struct containers *containers);

/*
 * "web", or "namespace/pod/container" of Kubernetes. `id` has 64 hexadecimal digits; `pod_uid` is
 * the pod's, "" where the cgroup names none: with it the pod is named where its container is not.
 * NULL: nothing on disk names it; that is asked anew after 5 s. `now_ns` is CLOCK_MONOTONIC. The
 * text is valid until the next call, and comes from outside.
 */
const char *containers_find(struct containers *containers, const char *id, const char *pod_uid,
			    uint64_t now_ns);

#endif
