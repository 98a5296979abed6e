/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Requests, their results, registered files. A part of vmlinux.h. */
#ifndef VMLINUX_IO_URING_H
#define VMLINUX_IO_URING_H

struct io_ring_ctx;

struct io_cqe {
	__u64 user_data;
	union {
		int fd;
	};
};

struct io_cmd_data {
	__u8 data[56];
};

struct io_kiocb {
	union {
		struct file *file;
		struct io_cmd_data cmd;
	};
	__u8 opcode;
	__u64 flags;
	struct io_cqe cqe;
	struct io_ring_ctx *ctx;
};

struct io_connect {
	void *addr;
	int addr_len;
};

struct io_uring_cqe {
	__u64 user_data;
	__s32 res;
};

struct io_accept {
	__u32 file_slot;
};

/* the ring's own table of files, 6.13 */
struct io_rsrc_node {
	unsigned long file_ptr;
};

struct io_rsrc_data {
	unsigned int nr;
	struct io_rsrc_node **nodes;
};

struct io_file_table {
	struct io_rsrc_data data;
};

struct io_ring_ctx {
	struct io_file_table file_table;
};

/* until 6.12 */
struct io_fixed_file___before_6_13 {
	unsigned long file_ptr;
};

struct io_file_table___before_6_13 {
	struct io_fixed_file___before_6_13 *files;
};

struct io_ring_ctx___before_6_13 {
	unsigned int nr_user_files;
	struct io_file_table___before_6_13 file_table;
};

#endif
