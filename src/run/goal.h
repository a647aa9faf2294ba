/* SPDX-License-Identifier: BSD-3-Clause */
/* How far a run goes. */
#ifndef H5GRAD_RUN_GOAL_H
#define H5GRAD_RUN_GOAL_H

enum run_goal { RUN_LIST, RUN_PLAN, RUN_ALL };

#endif
