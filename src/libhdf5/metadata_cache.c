/* SPDX-License-Identifier: BSD-3-Clause */
#include "libhdf5/metadata_cache.h"

#include "base/size.h"

/* Share of the memory limit. libhdf5 counts bytes in the file, but a decoded node of a chunk index
 * takes ten times as many, and input and output have a cache each. */
#define SHARE 64
#define LEAST ((uint64_t)64 << 10) /* a floor: libhdf5 accepts nearly any size */

/* Objects are opened one after the other and indices are read in order, so more does not help; ten
 * thousand objects would fill it. */
#define MOST ((uint64_t)1 << 19)

static void limit_cache(H5AC_cache_config_t *config, uint64_t memory)
{
    if (memory == 0)
        return;
    const uint64_t most = size_min(size_max(memory / SHARE, LEAST), MOST);
    config->max_size = (size_t)size_min(config->max_size, most);
    config->min_size = (size_t)size_min(config->min_size, config->max_size);
    config->initial_size = (size_t)size_min(config->initial_size, config->max_size);
    config->set_initial_size = true;
}

bool hg_metadata_cache_choose(hid_t list, uint64_t memory)
{
    H5AC_cache_config_t config = {.version = H5AC__CURR_CACHE_CONFIG_VERSION};
    if (H5Pget_mdc_config(list, &config) < 0)
        return false;
    limit_cache(&config, memory);
    return H5Pset_mdc_config(list, &config) >= 0;
}

bool hg_metadata_cache_limit(hid_t file, uint64_t memory)
{
    H5AC_cache_config_t config = {.version = H5AC__CURR_CACHE_CONFIG_VERSION};
    if (H5Fget_mdc_config(file, &config) < 0)
        return false;
    limit_cache(&config, memory);
    return H5Fset_mdc_config(file, &config) >= 0;
}
