/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Every field of the evidence, and the observation that it comes from. test_fields_listed.c
 * fails for a field that is absent here, test_fields.c for one that random_evidence.h never fills.
 */
#ifndef UNIT_DIAGNOSIS_STALL_FIELDS_H
#define UNIT_DIAGNOSIS_STALL_FIELDS_H

/* What may be unknown by itself. */
enum observation {
	OF_ITS_EVENTS, /* the connect itself, its call and its end: without them there is no evidence */
	OF_ITS_SOCKET, /* the socket was read: nothing is followed without that either */
	OF_TIMER,
	OF_RETRIES,
	OF_DROPS,
	OF_ARRIVALS,
	OF_STRANGERS, /* drops and arrivals both tell of them */
	OF_RESETS,
	OF_RESET_SENDER,
	OF_ICMP,
	OF_ROUTE,
	OF_POLICY,
	OF_PLACES,
	OF_PROHIBITS,
	OF_IPSEC,
	OF_NEIGHBOUR,
	OF_DEVICE,
	OF_DEVICE_KIND,
	OF_SOURCE,
	OF_IPV6,
	OF_QUEUE,
	OF_REROUTE,
	OF_PORTS,
	OF_LISTENER,
	OF_ELSEWHERE,
	OF_WAY_BACK,
	OF_NAT,
	OF_ONWARD,
	OF_TRACKING,
	OF_RULE,
	OF_FALLBACK,
	OBSERVATIONS,
};

#define STALL_FIELDS(X)                                                                            \
	X(flow, OF_ITS_EVENTS)                                                                     \
	X(start_ns, OF_ITS_EVENTS)                                                                 \
	X(end_ns, OF_ITS_EVENTS)                                                                   \
	X(end, OF_ITS_EVENTS)                                                                      \
	X(inode, OF_ITS_SOCKET)                                                                    \
	X(bound_ifindex, OF_ITS_SOCKET)                                                            \
	X(before_start, OF_ITS_EVENTS)                                                             \
	X(killed, OF_ITS_EVENTS)                                                                   \
	X(end_unseen, OF_ITS_EVENTS)                                                               \
	X(proven, OF_ITS_EVENTS)                                                                   \
	X(crossed_ns, OF_ITS_EVENTS)                                                               \
	X(mptcp, OF_ITS_SOCKET)                                                                    \
	X(fast_open, OF_ITS_SOCKET)                                                                \
	X(polled, OF_ITS_EVENTS)                                                                   \
	X(descriptor, OF_ITS_EVENTS)                                                               \
	X(connect_ret, OF_ITS_EVENTS)                                                              \
	X(sk_err, OF_ITS_EVENTS)                                                                   \
	X(inspected, OF_ITS_SOCKET)                                                                \
	X(no_syn, OF_ITS_SOCKET)                                                                   \
	X(first_left, OF_ITS_SOCKET)                                                               \
	X(data_in_host, OF_ITS_SOCKET)                                                             \
	X(in_host, OF_ITS_SOCKET)                                                                  \
	X(followed_ns, OF_ITS_SOCKET)                                                              \
	X(not_followed, OF_ITS_SOCKET)                                                             \
	X(followed_sends, OF_ITS_SOCKET)                                                           \
	X(last_sent_ns, OF_ITS_SOCKET)                                                             \
	X(last_try_ns, OF_ITS_SOCKET)                                                              \
	X(try_before_ns, OF_ITS_SOCKET)                                                            \
	X(hurried_ns, OF_ITS_SOCKET)                                                               \
	X(inspected_ns, OF_ITS_SOCKET)                                                             \
	X(retries, OF_ITS_SOCKET)                                                                  \
	X(retries_left, OF_ITS_SOCKET)                                                             \
	X(retries_busy, OF_ITS_SOCKET)                                                             \
	X(retries_denied, OF_RETRIES)                                                              \
	X(retries_congested, OF_RETRIES)                                                           \
	X(retries_failed, OF_RETRIES)                                                              \
	X(retries_unseen, OF_ITS_SOCKET)                                                           \
	X(sent_known, OF_ITS_SOCKET)                                                               \
	X(sent_to_tun, OF_ITS_SOCKET)                                                              \
	X(retries_made, OF_ITS_SOCKET)                                                             \
	X(last_retry_err, OF_RETRIES)                                                              \
	X(last_failure_err, OF_RETRIES)                                                            \
	X(last_retry_ns, OF_ITS_SOCKET)                                                            \
	X(timer, OF_TIMER)                                                                         \
	X(resets, OF_RESETS)                                                                       \
	X(reset_from_here, OF_RESET_SENDER)                                                        \
	X(reset_at_home, OF_RESETS)                                                                \
	X(reset_netns, OF_RESET_SENDER)                                                            \
	X(reset_end, OF_RESET_SENDER)                                                              \
	X(reset_reason, OF_RESET_SENDER)                                                           \
	X(icmp, OF_ICMP)                                                                           \
	X(soft_err, OF_ICMP)                                                                       \
	X(drops, OF_DROPS)                                                                         \
	X(drop_count, OF_DROPS)                                                                    \
	X(drops_more, OF_DROPS)                                                                    \
	X(others, OF_ARRIVALS)                                                                     \
	X(other_flags, OF_ARRIVALS)                                                                \
	X(copied_ns, OF_ARRIVALS)                                                                  \
	X(other_ns, OF_ARRIVALS)                                                                   \
	X(synacks, OF_ARRIVALS)                                                                    \
	X(strangers, OF_ARRIVALS)                                                                  \
	X(stranger, OF_ARRIVALS)                                                                   \
	X(stranger_refused, OF_STRANGERS)                                                          \
	X(stranger_ns, OF_STRANGERS)                                                               \
	X(srtt_us, OF_ITS_EVENTS)                                                                  \
	X(route, OF_ROUTE)                                                                         \
	X(some_prohibited, OF_PROHIBITS)                                                           \
	X(ipsec_blocks, OF_IPSEC)                                                                  \
	X(route_text, OF_ROUTE)                                                                    \
	X(policy, OF_POLICY)                                                                       \
	X(hop_place, OF_PLACES)                                                                    \
	X(icmp_place, OF_PLACES)                                                                   \
	X(reject, OF_PLACES)                                                                       \
	X(queued, OF_ITS_SOCKET)                                                                   \
	X(reroute, OF_REROUTE)                                                                     \
	X(queue_known, OF_QUEUE)                                                                   \
	X(queue_packets, OF_QUEUE)                                                                 \
	X(queue_kind, OF_QUEUE)                                                                    \
	X(neighbour, OF_NEIGHBOUR)                                                                 \
	X(next_hop, OF_NEIGHBOUR)                                                                  \
	X(device, OF_DEVICE)                                                                       \
	X(device_kind, OF_DEVICE_KIND)                                                             \
	X(used, OF_DEVICE)                                                                         \
	X(device_up, OF_DEVICE)                                                                    \
	X(device_carrier, OF_DEVICE)                                                               \
	X(source_present, OF_SOURCE)                                                               \
	X(ipv6_usable, OF_IPV6)                                                                    \
	X(ipv6_tentative, OF_IPV6)                                                                 \
	X(asked, OF_ITS_EVENTS)                                                                    \
	X(ports, OF_PORTS)                                                                         \
	X(peer.seen, OF_ITS_SOCKET)                                                                \
	X(peer.seen_other_host, OF_ARRIVALS)                                                       \
	X(peer.seen_identity, OF_ARRIVALS)                                                         \
	X(peer.seen_ns, OF_ARRIVALS)                                                               \
	X(peer.seen_netns, OF_ITS_SOCKET)                                                          \
	X(peer.seen_ifindex, OF_ARRIVALS)                                                          \
	X(peer.seen_end, OF_ITS_SOCKET)                                                            \
	X(peer.end, OF_NAT)                                                                        \
	X(peer.nat_asked, OF_NAT)                                                                  \
	X(peer.onward_kind, OF_ONWARD)                                                             \
	X(peer.onward_device, OF_ONWARD)                                                           \
	X(peer.onward_asked, OF_ONWARD)                                                            \
	X(peer.seen_from, OF_ARRIVALS)                                                             \
	X(peer.later, OF_ARRIVALS)                                                                 \
	X(peer.way_back, OF_WAY_BACK)                                                              \
	X(peer.asked, OF_LISTENER)                                                                 \
	X(peer.arrived, OF_LISTENER)                                                               \
	X(peer.looked, OF_LISTENER)                                                                \
	X(peer.listening, OF_LISTENER)                                                             \
	X(peer.members, OF_LISTENER)                                                               \
	X(peer.members_full, OF_LISTENER)                                                          \
	X(peer.half_open, OF_LISTENER)                                                             \
	X(peer.half_open_limit, OF_LISTENER)                                                       \
	X(peer.half_open_reserve, OF_LISTENER)                                                     \
	X(peer.was_full, OF_LISTENER)                                                              \
	X(peer.elsewhere, OF_ELSEWHERE)                                                            \
	X(peer.elsewhere_more, OF_ELSEWHERE)                                                       \
	X(peer.elsewhere_end, OF_ELSEWHERE)                                                        \
	X(peer.other_netns, OF_ELSEWHERE)                                                          \
	X(peer.other_more, OF_ELSEWHERE)                                                           \
	X(peer.other_pid, OF_ELSEWHERE)                                                            \
	X(peer.other_comm, OF_ELSEWHERE)                                                           \
	X(peer.other_end, OF_ELSEWHERE)                                                            \
	X(peer.netns, OF_LISTENER)                                                                 \
	X(peer.queue, OF_LISTENER)                                                                 \
	X(peer.limit, OF_LISTENER)                                                                 \
	X(peer.pid, OF_LISTENER)                                                                   \
	X(peer.comm, OF_LISTENER)                                                                  \
	X(peer.last_accept_ns, OF_LISTENER)                                                        \
	X(trackings, OF_TRACKING)                                                                  \
	X(tracking_count, OF_TRACKING)                                                             \
	X(rule, OF_RULE)                                                                           \
	X(fallback, OF_FALLBACK)

#define DROP_FIELDS(X)                                                                             \
	X(reason)                                                                                  \
	X(location)                                                                                \
	X(what)                                                                                    \
	X(where)                                                                                   \
	X(identity)                                                                                \
	X(own_namespace)                                                                           \
	X(other_host)                                                                              \
	X(tunnelled)                                                                               \
	X(tracked)                                                                                 \
	X(netns)                                                                                   \
	X(count)                                                                                   \
	X(last_ns)                                                                                 \
	X(ifindex)                                                                                 \
	X(mark)                                                                                    \
	X(from)                                                                                    \
	X(to)

#define TRACKING_FIELDS(X)                                                                         \
	X(netns)                                                                                   \
	X(seen_ns)                                                                                 \
	X(from)                                                                                    \
	X(to)                                                                                      \
	X(asked_ns)                                                                                \
	X(before_ns)                                                                               \
	X(now)                                                                                     \
	X(before)                                                                                  \
	X(full_ns)                                                                                 \
	X(rules_before)                                                                            \
	X(entry)                                                                                   \
	X(replied)                                                                                 \
	X(nat_from)                                                                                \
	X(nat_to)                                                                                  \
	X(other)                                                                                   \
	X(other_nat_from)                                                                          \
	X(other_nat_to)                                                                            \
	X(other_ns)                                                                                \
	X(taken)                                                                                   \
	X(taken_ns)                                                                                \
	X(taken_from)                                                                              \
	X(taken_to)                                                                                \
	X(holder_from)                                                                             \
	X(holder_to)                                                                               \
	X(holder_pid)                                                                              \
	X(holder_comm)

#define RULE_FIELDS(X)                                                                             \
	X(state)                                                                                   \
	X(family)                                                                                  \
	X(what)                                                                                    \
	X(legacy)                                                                                  \
	X(err)                                                                                     \
	X(netns)                                                                                   \
	X(handle)                                                                                  \
	X(begin_ns)                                                                                \
	X(table)                                                                                   \
	X(chain)                                                                                   \
	X(text)

#define PORTS_FIELDS(X)                                                                            \
	X(looked)                                                                                  \
	X(late)                                                                                    \
	X(own_range)                                                                               \
	X(low)                                                                                     \
	X(high)                                                                                    \
	X(used)                                                                                    \
	X(bound)                                                                                   \
	X(time_wait)                                                                               \
	X(reserved)                                                                                \
	X(pid)                                                                                     \
	X(comm)                                                                                    \
	X(in_use)                                                                                  \
	X(in_use_state)

#define FLOW_FIELDS(X)                                                                             \
	X(cookie)                                                                                  \
	X(sock)                                                                                    \
	X(cgroup_id)                                                                               \
	X(local)                                                                                   \
	X(remote)                                                                                  \
	X(netns)                                                                                   \
	X(uid)                                                                                     \
	X(pid)                                                                                     \
	X(comm)                                                                                    \
	X(family)                                                                                  \
	X(protocol)                                                                                \
	X(owner)

#define ICMP_FIELDS(X)                                                                             \
	X(family)                                                                                  \
	X(type)                                                                                    \
	X(code)                                                                                    \
	X(from)                                                                                    \
	X(from_own)                                                                                \
	X(at_ns)

#define ARRIVAL_FIELDS(X)                                                                          \
	X(at_ns)                                                                                   \
	X(netns)                                                                                   \
	X(ifindex)                                                                                 \
	X(to)                                                                                      \
	X(from)                                                                                    \
	X(identity)                                                                                \
	X(other_host)

#define POLICY_FIELDS(X)                                                                           \
	X(table)                                                                                   \
	X(priority)                                                                                \
	X(rule)                                                                                    \
	X(differs)                                                                                 \
	X(other_route)                                                                             \
	X(other_hop)                                                                               \
	X(other_device)

#define PLACE_FIELDS(X)                                                                            \
	X(netns)                                                                                   \
	X(device)                                                                                  \
	X(kind)                                                                                    \
	X(beneath)

#define REJECT_FIELDS(X)                                                                           \
	X(whole)                                                                                   \
	X(asked)                                                                                   \
	X(legacy)                                                                                  \
	X(at_destination)                                                                          \
	X(family)                                                                                  \
	X(netns)                                                                                   \
	X(rules)                                                                                   \
	X(handle)                                                                                  \
	X(table)                                                                                   \
	X(chain)                                                                                   \
	X(route_netns)                                                                             \
	X(to)

#define FALLBACK_FIELDS(X)                                                                         \
	X(wait_ns)                                                                                 \
	X(count)                                                                                   \
	X(answered)                                                                                \
	X(to)

#define SENSE_FIELDS(X)                                                                            \
	X(retransmit)                                                                              \
	X(retransmit_err)                                                                          \
	X(drops)                                                                                   \
	X(drop_reason)                                                                             \
	X(resets)                                                                                  \
	X(errors)                                                                                  \
	X(reset_sender)                                                                            \
	X(receive)                                                                                 \
	X(icmp6)

#endif
