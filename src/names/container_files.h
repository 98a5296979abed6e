/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The files in which engines keep a container's name. See containers.h. */
#ifndef NAMES_CONTAINER_FILES_H
#define NAMES_CONTAINER_FILES_H

#include <stdbool.h>
#include <stddef.h>

#define CONTAINER_ID_SIZE 64
#define CONTAINER_NAME_SIZE 192 /* with its NUL; longer ones are cut */

/* Each: true where the file below `root` names container `id`; the name is in `name` then. */
bool container_name_by_docker(const char *root, const char *id, char name[CONTAINER_NAME_SIZE]);
bool container_name_by_storage(const char *root, const char *id, char name[CONTAINER_NAME_SIZE]);
bool container_name_by_bundle(const char *root, const char *id, char name[CONTAINER_NAME_SIZE]);
bool container_name_by_log(const char *root, const char *id, char name[CONTAINER_NAME_SIZE]);

/* "namespace/pod" of the pod with this uid. */
bool container_name_by_pod(const char *root, const char *uid, char name[CONTAINER_NAME_SIZE]);

#endif
