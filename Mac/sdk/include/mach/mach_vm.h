/* Another task's memory, with 64-bit addresses: the routines of Mach's `mach_vm` subsystem, whose definitions
 * (osfmk/mach/mach_vm.defs) are part of the open kernel, xnu. */
#ifndef _mach_vm_user_
#define _mach_vm_user_

#include <mach/mach_types.h>
#include <mach/message.h>
#include <mach/vm_types.h>
#include <sys/cdefs.h>

__BEGIN_DECLS
kern_return_t mach_vm_allocate(vm_map_t target, mach_vm_address_t *address, mach_vm_size_t size, int flags);
kern_return_t mach_vm_deallocate(vm_map_t target, mach_vm_address_t address, mach_vm_size_t size);
kern_return_t mach_vm_protect(vm_map_t target, mach_vm_address_t address, mach_vm_size_t size, boolean_t set_maximum,
                              vm_prot_t protection);
kern_return_t mach_vm_read(vm_map_read_t target, mach_vm_address_t address, mach_vm_size_t size, vm_offset_t *data,
                           mach_msg_type_number_t *count);
kern_return_t mach_vm_read_overwrite(vm_map_read_t target, mach_vm_address_t address, mach_vm_size_t size,
                                     mach_vm_address_t data, mach_vm_size_t *out_size);
kern_return_t mach_vm_write(vm_map_t target, mach_vm_address_t address, vm_offset_t data,
                            mach_msg_type_number_t count);
kern_return_t mach_vm_region(vm_map_read_t target, mach_vm_address_t *address, mach_vm_size_t *size,
                             vm_region_flavor_t flavor, vm_region_info_t info, mach_msg_type_number_t *count,
                             mach_port_t *object_name);
__END_DECLS

#endif
