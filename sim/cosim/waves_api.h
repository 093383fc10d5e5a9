/* SPDX-License-Identifier: Apache-2.0 */
/* What a Verilated accelerator of the flavour "waves" exports besides verilated_api.h: it writes an FST file
 * with every signal of the RTL. rtl/build_waves.sh builds it.
 *
 * In the file a clock rises at the end of its cycle and falls in the middle; what comes from outside changes
 * as it falls, registers as it rises. Where the clock stands still, because the accelerator is idle, so does
 * the file. */
#ifndef TANDEM_SIM_COSIM_WAVES_API_H
#define TANDEM_SIM_COSIM_WAVES_API_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct TandemWavesApi {
  uint32_t version; /* of this interface: 1 */
  /* The recorder of the accelerator that create() made last. */
  void* (*latest)(void);
  /* 0: the file cannot be written. Times in picoseconds; what lies outside [from, until) is not written. */
  int (*open)(void* recorder, const char* path, int64_t from, int64_t until);
  /* Before cycle(): when the cycle begins, and how long it takes. */
  void (*cycle_is)(void* recorder, int64_t begin, int64_t period);
  void (*close)(void* recorder);
} TandemWavesApi;

const TandemWavesApi* tandem_accelerator_waves(void);

#ifdef __cplusplus
}
#endif
#endif
