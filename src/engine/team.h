/* SPDX-License-Identifier: BSD-3-Clause */
/* How many threads there can be: where the system refuses one, OpenMP's runtime ends the program.
 */
#ifndef H5GRAD_ENGINE_TEAM_H
#define H5GRAD_ENGINE_TEAM_H

/* Of the threads wanted as a team of OpenMP, those that can be had, the calling one included. Those
 * of an earlier team of the same thread are there. */
unsigned hg_team_size(unsigned wanted);

#endif
