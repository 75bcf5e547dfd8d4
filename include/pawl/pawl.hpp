// SPDX-License-Identifier: Apache-2.0
// For C++11 and later: an owner for each type of handle, which ends its object when it goes. C++ destroys in the reverse order of
// declaration, so runtime, plan, engine, context declared in this order end as the strict level wants it; in any other order the
// deferred level keeps alive what is still held. An owner can be moved and not copied, and stands for its handle in every call:
//
//     pawl::plan plan;
//     pawl_error error;
//     if (pawl_plan_load("best.engine", plan.out(), &error) < 0) ...
//     pawl_plan_info_get(plan, &info, &error);
#ifndef PAWL_HPP
#define PAWL_HPP

#include <pawl/pawl.h>

namespace pawl {

// Owner of one handle, whose type is Object and whose end is End.
template <class Object, pawl_status (*End)(Object **)> class owner {
  public:
    owner() noexcept : handle_(nullptr) {}
    // Takes a handle: its end is the owner's from now on.
    explicit owner(Object *handle) noexcept : handle_(handle) {}
    // Takes the handle of another owner, which has none then.
    owner(owner &&other) noexcept : handle_(other.release()) {}
    owner(const owner &) = delete;
    owner &operator=(const owner &) = delete;
    ~owner() { (void)End(&handle_); }

    // The object owned before is ended; where strict refuses that, it lives on as nobody's and the log says why.
    owner &operator=(owner &&other) noexcept
    {
        if (this != &other) {
            (void)End(&handle_);
            handle_ = other.release();
        }
        return *this;
    }

    // The handle, in whatever place a call wants one; NULL where there is none.
    operator Object *() const noexcept { return handle_; }
    // The same by name.
    Object *get() const noexcept { return handle_; }
    // Where a create call puts the handle. Only of an owner that has none, or the old object would be lost: so it is ended first.
    Object **out() noexcept
    {
        (void)reset();
        return &handle_;
    }

    // Ends the object and takes another; where that is refused (strict: PAWL_ERR_IN_USE; another thread's scope: PAWL_ERR_ARGUMENT) nothing
    // changes, and the other is not taken.
    pawl_status reset(Object *other = nullptr) noexcept
    {
        const pawl_status status = End(&handle_);
        if (handle_ == nullptr)
            handle_ = other;
        return status;
    }

    // Gives the handle away: its end is the caller's from now on.
    Object *release() noexcept
    {
        Object *const handle = handle_;
        handle_ = nullptr;
        return handle;
    }

  private:
    Object *handle_;
};

using weights = owner<pawl_weights, pawl_weights_destroy>;
using network = owner<pawl_network, pawl_network_destroy>;
using builder = owner<pawl_builder, pawl_builder_destroy>;
using plan = owner<pawl_plan, pawl_plan_destroy>;
using runtime = owner<pawl_runtime, pawl_runtime_destroy>;
using engine = owner<pawl_engine, pawl_engine_destroy>;
using context = owner<pawl_context, pawl_context_destroy>;
using detector = owner<pawl_detector, pawl_detector_destroy>;
using job = owner<pawl_job, pawl_job_destroy>;
using tracker = owner<pawl_tracker, pawl_tracker_destroy>;
using image = owner<pawl_image, pawl_image_destroy>;
using calibration = owner<pawl_calibration, pawl_calibration_destroy>;
using trace = owner<pawl_trace, pawl_trace_destroy>;
using scope = owner<pawl_scope, pawl_scope_end>; // pawl::scope scope(pawl_scope_begin());

} // namespace pawl

#endif
