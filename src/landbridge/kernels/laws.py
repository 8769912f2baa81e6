"""Delay and scarcity at one facility, the laws of :mod:`landbridge.assignment.delays`, for loops that look
often.
"""

import numpy as np

from landbridge.kernels.jit import inlined


@inlined
def find_delay(flow, capacity, scale, alpha, beta, is_queue, full):  # type: ignore[no-untyped-def]
    """Delay (h) and its slope (h per t/year) at ``flow``; it grows no further beyond the utilisation
    ``full``.
    """
    used = max(flow, 0.0) / capacity
    rho = min(used, full)
    if is_queue:
        at = min(rho, beta)
        factor = 0.5 * scale * alpha
        slope = factor / ((1.0 - at) * (1.0 - at))
        delay = factor * at / (1.0 - at) + slope * (rho - at)
    elif rho > 0.0:
        delay = scale * alpha * rho**beta
        slope = beta * delay / rho
    else:
        delay = scale * alpha if beta == 0.0 else 0.0
        slope = 0.0
    return delay, slope / capacity if rho < full else 0.0


@inlined
def find_price(flow, capacity, slope_usd_t, start, corner):  # type: ignore[no-untyped-def]
    """Price of a slot (USD/t) and its slope (USD/t per t/year) at ``flow``: none far below the utilisation
    ``start``, ``slope_usd_t`` more for each unit above it, smooth over about ``corner`` to either side.
    """
    above = flow / capacity - start
    root = np.sqrt(above * above + corner * corner)
    trace = np.sqrt(start * start + corner * corner) - start
    price = 0.5 * slope_usd_t * (above + root - trace)
    return price, 0.5 * slope_usd_t * (1.0 + above / root) / capacity
