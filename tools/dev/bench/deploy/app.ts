// The app of the copy that is measured: main.ts as it is, with more servers when it is told so.
// The order counts, for main.ts synthesizes as soon as it is loaded.
import "./grow";
import "../../../../main";
