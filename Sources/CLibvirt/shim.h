#ifndef BULKHEAD_CLIBVIRT_SHIM_H
#define BULKHEAD_CLIBVIRT_SHIM_H

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

// libvirt registers every kind of domain event through one type of function and casts the others to it
// with a macro. One function per kind keeps the types checked on the Swift side.

static inline virConnectDomainEventGenericCallback clibvirt_lifecycle(virConnectDomainEventCallback callback) {
    return VIR_DOMAIN_EVENT_CALLBACK(callback);
}

static inline virConnectDomainEventGenericCallback clibvirt_watchdog(
    virConnectDomainEventWatchdogCallback callback) {
    return VIR_DOMAIN_EVENT_CALLBACK(callback);
}

static inline virConnectDomainEventGenericCallback clibvirt_io_error_reason(
    virConnectDomainEventIOErrorReasonCallback callback) {
    return VIR_DOMAIN_EVENT_CALLBACK(callback);
}

static inline virConnectDomainEventGenericCallback clibvirt_balloon_change(
    virConnectDomainEventBalloonChangeCallback callback) {
    return VIR_DOMAIN_EVENT_CALLBACK(callback);
}

static inline virConnectDomainEventGenericCallback clibvirt_agent_lifecycle(
    virConnectDomainEventAgentLifecycleCallback callback) {
    return VIR_DOMAIN_EVENT_CALLBACK(callback);
}

static inline virConnectDomainEventGenericCallback clibvirt_memory_failure(
    virConnectDomainEventMemoryFailureCallback callback) {
    return VIR_DOMAIN_EVENT_CALLBACK(callback);
}

#endif
