/// What is wrong with a task, in words for its framework.
package struct PlanError: Error, Hashable {
    package var what: String
    package init(_ what: String) { self.what = what }
}
