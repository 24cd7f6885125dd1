/**
 * What a group is asked, what it answers, and what it writes down. These values are shared by every
 * group protocol, by the actor around the machines and by the handlers of the front door; none of
 * them knows an API version.
 */
package milena.group.message;
